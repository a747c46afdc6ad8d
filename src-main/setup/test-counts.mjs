/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** What Vitest's JSON reporter says. A file that could not be loaded has no failed tests but counts as one failure.
 * @param {unknown} report
 * @returns {Counts} */
export function vitestCounts(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of list(report, 'testResults')) {
    const statuses = list(file, 'assertionResults').map((test) => text(test, 'status'));
    const failed = statuses.filter((status) => status === 'failed').length;
    counts.passed += statuses.filter((status) => status === 'passed').length;
    counts.failed += failed === 0 && text(file, 'status') === 'failed' ? 1 : failed;
    counts.skipped += statuses.filter((status) => status !== 'passed' && status !== 'failed').length;
  }
  return counts;
}

/** What Playwright's JSON reporter says. A test that passed only when tried again counts as failed.
 * @param {unknown} report
 * @returns {Counts} */
export function playwrightCounts(report) {
  const stats = property(report, 'stats');
  const number = (/** @type {string} */ name) => Number(property(stats, name) ?? 0);
  return {
    passed: number('expected'),
    failed: number('unexpected') + number('flaky') + list(report, 'errors').length,
    skipped: number('skipped'),
  };
}

/** Makes the counts agree with how the runner ended: a failure or an empty run is never zero failures.
 * @param {Counts} counts
 * @param {number} exitCode
 * @returns {Counts} */
export function honestCounts(counts, exitCode) {
  const nothingRan = counts.passed + counts.failed === 0;
  return (exitCode !== 0 && counts.failed === 0) || nothingRan
    ? { ...counts, failed: Math.max(1, counts.failed) }
    : counts;
}

/** @param {unknown} value
 * @param {string} name
 * @returns {unknown} */
function property(value, name) {
  return value !== null && typeof value === 'object' ? Reflect.get(value, name) : undefined;
}

/** @param {unknown} value
 * @param {string} name
 * @returns {unknown[]} */
function list(value, name) {
  const found = property(value, name);
  return Array.isArray(found) ? found : [];
}

/** @param {unknown} value
 * @param {string} name */
function text(value, name) {
  return String(property(value, name));
}
