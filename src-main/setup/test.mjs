// npm test [-- STAGE [FILTER…]]: every check and test, or one stage of them. Ends with one line of counts.
// npm run test:agents is the stage `agents`, which runs only when it is named.
import { ensureBuilt, sourcesKey } from './build-output.mjs';
import { ensureDebianPackages } from './debian-packages.mjs';
import { runMain, say, seconds, SetUpError } from './progress.mjs';
import { setUpElectron, setUpTools } from './set-up.mjs';
import { CHECKS, runAgentTests, runCheck, runEndToEndTests, runUnitTests } from './test-stages.mjs';

/** @typedef {import('./test-stages.mjs').Outcome} Outcome */

/** As many checks at a time as the smallest machine that this is developed on has cores. */
const LANES = 2;
const STAGES = [...Object.keys(CHECKS), 'build', 'unit', 'e2e', 'agents'];
/** @type {{ stage: string, outcome: Outcome, time: number }[]} */
const results = [];
const failure = { passed: 0, failed: 1, skipped: 0 };

await runMain(async () => {
  const [only, ...filters] = process.argv.slice(2);
  if (only !== undefined && !STAGES.includes(only))
    throw new SetUpError(`There is no stage ${only}: ${STAGES.join(', ')}.`);
  const wanted = (/** @type {string} */ stage) => only === undefined || only === stage;
  try {
    await setUpTools();
    if (wanted('e2e')) {
      await ensureDebianPackages('tests', { required: true });
      await setUpElectron();
    }
    await runChecks(wanted);
    const built = ['build', 'unit', 'e2e', 'agents'].some(wanted) && (await stage('build', build));
    if (wanted('unit')) await stage('unit', () => runUnitTests(filters));
    if (wanted('e2e')) await stage('e2e', () => (built ? runEndToEndTests(filters) : notRun('the build failed')));
    if (only === 'agents') await stage('agents', () => (built ? runAgentTests(filters) : notRun('the build failed')));
  } catch (error) {
    results.push({ stage: 'set-up', outcome: failure, time: 0 });
    say(`✗ ${error instanceof SetUpError ? error.message : error instanceof Error ? error.stack : String(error)}`);
  }
  summarise();
});

/** @param {(stage: string) => boolean} wanted */
async function runChecks(wanted) {
  const waiting = /** @type {(keyof typeof CHECKS)[]} */ (Object.keys(CHECKS).filter(wanted));
  const lane = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const check = name;
      await stage(check, () => runCheck(check));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function build() {
  await ensureBuilt(sourcesKey());
  return { passed: 1, failed: 0, skipped: 0 };
}

/** @param {string} why
 * @returns {Promise<Outcome>} */
async function notRun(why) {
  return { ...failure, output: `not run: ${why}\n` };
}

/** Runs one stage, says how it went and returns whether nothing in it failed.
 * @param {string} name
 * @param {() => Promise<Outcome>} run */
async function stage(name, run) {
  const started = performance.now();
  if (['unit', 'e2e', 'agents'].includes(name)) print(`\n── ${name}\n`);
  /** @type {Outcome} */
  const outcome = await run().catch((error) => ({
    ...failure,
    output: `${error instanceof SetUpError ? error.message : error instanceof Error ? error.stack : String(error)}\n`,
  }));
  const time = performance.now() - started;
  results.push({ stage: name, outcome, time });
  print(`── ${name}: ${outcome.failed > 0 ? 'FAILED' : 'ok'} (${seconds(time)})\n${outcome.output ?? ''}`);
  if (outcome.interrupted) {
    summarise();
    process.exit(1);
  }
  return outcome.failed === 0;
}

function summarise() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  print('\n');
  for (const { stage: name, outcome, time } of results) {
    for (const key of /** @type {const} */ (['passed', 'failed', 'skipped'])) total[key] += outcome[key];
    print(`${name.padEnd(12)}${seconds(time).padStart(8)}  ${describe(outcome)}\n`);
  }
  print(`\n${describe(total)}\n`);
  process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
}

/** @param {import('./test-counts.mjs').Counts} counts */
function describe({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/** @param {string} text */
function print(text) {
  process.stdout.write(text);
}
