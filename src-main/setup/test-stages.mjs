import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

import { command } from './command.mjs';
import { withDisplay } from './display.mjs';
import { foreground } from './foreground.mjs';
import { inCheckout } from './paths.mjs';
import { readStamp } from './stamp.mjs';
import { honestCounts, playwrightCounts, vitestCounts } from './test-counts.mjs';

/** @typedef {import('./test-counts.mjs').Counts & { output?: string, interrupted?: boolean }} Outcome */

const node = process.execPath;
const tool = (/** @type {string} */ file) => inCheckout('node_modules', file);

/** By content, so that it never hides a file that changed. */
const PRETTIER_CACHE = ['--cache', '--cache-strategy', 'content', '--cache-location', inCheckout('.cache/prettier')];

/** The checks: each is one program that succeeds or fails, prints what is wrong and needs no build. */
export const CHECKS = {
  formatting: [tool('prettier/bin/prettier.cjs'), '--check', '.', '--log-level', 'warn', ...PRETTIER_CACHE],
  lint: [tool('oxlint/bin/oxlint'), '--deny-warnings'],
  types: [tool('typescript/bin/tsc'), '-b', '.tsconfig.json'],
  structure: [inCheckout('src-main/setup/check-structure.mjs')],
  unused: [tool('knip/bin/knip.js'), '--no-progress'],
};

/** @param {keyof typeof CHECKS} name
 * @returns {Promise<Outcome>} */
export async function runCheck(name) {
  const { code, output } = await command(node, CHECKS[name], { cwd: inCheckout(), quiet: true });
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0, output: code === 0 ? '' : output };
}

/** Unit tests, beside the code.
 * @param {string[]} filters
 * @returns {Promise<Outcome>} */
export async function runUnitTests(filters) {
  return runVitest('unit.json', filters);
}

/** Every case with the real agent programs, which the tests install. Not part of a whole run: it takes many minutes.
 * @param {string[]} filters
 * @returns {Promise<Outcome>} */
export async function runAgentTests(filters) {
  return runVitest('agents.json', ['--config', inCheckout('e2e/agents/vitest.config.ts'), ...filters]);
}

/** @param {string} reportName
 * @param {string[]} more
 * @returns {Promise<Outcome>} */
async function runVitest(reportName, more) {
  const report = freshReport(reportName);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [tool('vitest/vitest.mjs'), 'run', ...reporters, ...more];
  const code = await foreground(node, args, { cwd: inCheckout(), endGroup: true });
  return { ...honestCounts(vitestCounts(readStamp(report)), code), interrupted: wasInterrupted(code) };
}

/** End-to-end tests of the built app, with a display of their own where there is none.
 * @param {string[]} filters
 * @returns {Promise<Outcome>} */
export async function runEndToEndTests(filters) {
  const report = freshReport('e2e.json');
  const config = inCheckout('e2e/playwright.config.ts');
  const args = [tool('@playwright/test/cli.js'), 'test', '--config', config, '--reporter=list,json', ...filters];
  const code = await withDisplay((env) =>
    foreground(node, args, { cwd: inCheckout(), endGroup: true, env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report } }),
  );
  return { ...honestCounts(playwrightCounts(readStamp(report)), code), interrupted: wasInterrupted(code) };
}

/** @param {string} name */
function freshReport(name) {
  const file = inCheckout('.cache/test', name);
  mkdirSync(path.dirname(file), { recursive: true });
  rmSync(file, { force: true });
  return file;
}

/** Ended by Ctrl-C or a request to terminate.
 * @param {number} code */
function wasInterrupted(code) {
  return code === 130 || code === 143;
}
