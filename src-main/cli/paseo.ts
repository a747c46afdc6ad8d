#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { version } from '../../package.json';
import { runProgram } from './program.ts';

const { stdin, stdout, stderr, env, argv } = process;

// Whoever reads our output may stop reading: `paseo ls | head`.
for (const stream of [stdout, stderr]) stream.on('error', () => undefined);

const code = await runProgram(argv.slice(2), {
  ...{ version, env, stdin, stdout, stderr },
  script: fileURLToPath(import.meta.url),
  cwd: process.cwd(),
});
// Ends also when something was left open; what was written goes out first.
stdout.write('', () => stderr.write('', () => process.exit(code)));
