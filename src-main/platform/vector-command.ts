import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createNobleProvider } from '../../src-shared/crypto/noble-provider.ts';
import { createNodeProvider } from './node-crypto.ts';
import { parseVectorFile } from './vector-file.ts';
import type { VectorFile } from './vector-file.ts';
import { runVectors } from './vector-runner.ts';

export interface VectorCommandOutput {
  out(line: string): void;
  err(line: string): void;
}

/**
 * `vectors FILE`, FILE relative to `folder`. Prints the failures and the count of each back-end, last `N passed, N failed`. Gives the
 * exit code: 0 when every vector passed on both back-ends, 1 when one failed, 2 when there was nothing to run.
 */
export function runVectorCommand(args: readonly string[], folder: string, { out, err }: VectorCommandOutput): number {
  const [path] = args;
  if (path === undefined || args.length !== 1) {
    err('usage: vectors FILE   (a JSON file of Noise test vectors)');
    return 2;
  }
  const file = resolve(folder, path);
  let vectors: VectorFile;
  try {
    vectors = parseVectorFile(readFileSync(file, 'utf8'));
  } catch (error) {
    err(`vectors: cannot use ${file}: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  }
  const total = { passed: 0, failed: 0 };
  for (const provider of [createNodeProvider(), createNobleProvider()]) {
    const outcomes = runVectors(provider, vectors);
    const failures = outcomes.filter(({ failure }) => failure !== null);
    for (const { name, failure } of failures) out(`${provider.name}: ${name}: ${failure}`);
    out(`${provider.name}: ${outcomes.length - failures.length} passed, ${failures.length} failed`);
    total.passed += outcomes.length - failures.length;
    total.failed += failures.length;
  }
  out(`${total.passed} passed, ${total.failed} failed`);
  return total.failed === 0 ? 0 : 1;
}
