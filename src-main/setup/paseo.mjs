// npm run --silent paseo -- ARGS: the command line from a checkout.
import { runHere } from './here.mjs';
import { runMain } from './progress.mjs';
import { setUpProgram } from './set-up.mjs';

await runMain(async () => {
  await setUpProgram();
  await runHere('dist/main/paseo.js', process.argv.slice(2));
});
