import { equalBytes, toHex } from '../../src-shared/bytes.ts';

export interface VectorOutcome {
  readonly name: string;
  /** Why it failed, null when it passed. */
  readonly failure: string | null;
}

export function outcome(name: string, run: () => void): VectorOutcome {
  try {
    run();
    return { name, failure: null };
  } catch (error) {
    return { name, failure: error instanceof Error ? error.message : String(error) };
  }
}

export function expectEqual(what: string, actual: Uint8Array, expected: Uint8Array): void {
  if (!equalBytes(actual, expected)) throw new Error(`${what}: expected ${toHex(expected)}, got ${toHex(actual)}`);
}

/** `code` is the code of the error that must come. */
export function expectRefused(what: string, code: string, attempt: () => unknown): void {
  try {
    attempt();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === code) return;
    throw new Error(`${what} failed in another way than ${code}: ${String(error)}`, { cause: error });
  }
  throw new Error(`${what} was accepted`);
}
