import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundledScript } from '../platform/bundled-script.ts';

let made: Promise<string> | null = null;

/** For tests: the host as a script for Node, made of the sources once per process. */
export function testHostProgram(): Promise<string> {
  return (made ??= make());
}

function make(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'paseo-host-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  // How the test runner ends its workers.
  process.once('SIGTERM', () => process.exit());
  return bundledScript(folder, `import ${JSON.stringify(join(import.meta.dirname, 'agent-host.ts'))};\n`);
}
