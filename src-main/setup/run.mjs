// npm run build | vectors | bench: sets up, then runs one of the project's own programs.
import { inCheckout } from './paths.mjs';
import { foreground } from './foreground.mjs';
import { runHere } from './here.mjs';
import { runMain, SetUpError } from './progress.mjs';
import { setUpElectron, setUpProgram } from './set-up.mjs';

await runMain(async () => {
  const [program, ...args] = process.argv.slice(2);
  switch (program) {
    case 'build':
      return setUpProgram();
    case 'vectors':
      await setUpProgram();
      return runHere('dist/main/vectors.js', args);
    case 'bench':
      return bench(args);
    default:
      throw new SetUpError('usage: node src-main/setup/run.mjs build | vectors FILE | bench');
  }
});

/** The benchmarks start Electron and Chromium, so they need what the tests need.
 * @param {string[]} args */
async function bench(args) {
  await setUpProgram();
  const { ensureDebianPackages } = await import('./debian-packages.mjs');
  const { withDisplay } = await import('./display.mjs');
  await ensureDebianPackages('tests', { required: true });
  await setUpElectron();
  process.exitCode = await withDisplay((env) =>
    foreground(process.execPath, [inCheckout('dist/bench/bench.js'), ...args], {
      env,
      cwd: inCheckout(),
      endGroup: true,
    }),
  );
}
