// Everything that set-up says goes to standard error: standard output belongs to the command that was asked for.

/** @param {string} line */
export function say(line) {
  process.stderr.write(`${line}\n`);
}

/** Announces a piece of work, does it and says how long it took.
 * @template T
 * @param {string} title
 * @param {() => Promise<T>} work
 * @returns {Promise<T>} */
export async function step(title, work) {
  say(`• ${title} …`);
  const started = performance.now();
  const result = await work();
  say(`  done in ${seconds(performance.now() - started)}`);
  return result;
}

/** @param {number} milliseconds */
export function seconds(milliseconds) {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}

/** A set-up problem whose message already says what to do: shown without a stack. */
export class SetUpError extends Error {
  code = 'set_up_failed';
}

/** Runs an entry point's main function and turns what it throws into one clear message and exit code 1.
 * @param {() => Promise<void>} main */
export async function runMain(main) {
  try {
    await main();
  } catch (error) {
    say(
      error instanceof SetUpError ? `✗ ${error.message}` : `✗ ${error instanceof Error ? error.stack : String(error)}`,
    );
    process.exitCode = 1;
  }
}
