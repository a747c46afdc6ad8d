import { stat } from 'node:fs/promises';
import type { Clock } from '../../../../src-shared/clock.ts';
import { MAX_PROVIDER_ANSWERS, PROVIDER_LOGIN_MEMORY_MS, PROVIDER_VERSION_TIMEOUT_MS } from '../../limits.ts';
import { probe } from './probe.ts';
import type { FoundProgram, ProviderEntry } from './provider-entry.ts';

interface Answer<T> {
  readonly value: Promise<T | null>;
  readonly at: number;
}

/** What programs say about themselves, remembered as long as their files stay as they are, for asking can take a second. */
export class ProviderProbes {
  readonly #clock: Clock;
  readonly #versions = new Map<string, Answer<string>>();
  readonly #logins = new Map<string, Answer<boolean>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** null when the program does not say a version. */
  async version(program: FoundProgram, { versionArgs }: ProviderEntry): Promise<string | null> {
    const key = JSON.stringify([await fileState(program.path), versionArgs]);
    return this.#ask(this.#versions, key, Infinity, () => askVersion(program, versionArgs ?? []));
  }

  /** null when it is not known. */
  async loggedIn(program: FoundProgram, entry: ProviderEntry): Promise<boolean | null> {
    const files = await Promise.all([program.path, ...entry.loginFiles(program.env)].map(fileState));
    const key = JSON.stringify([entry.id, entry.env, files]);
    return this.#ask(this.#logins, key, PROVIDER_LOGIN_MEMORY_MS, () => entry.loggedIn(program));
  }

  /** No answer may be a passing failure and is asked for again next time. */
  #ask<T>(known: Map<string, Answer<T>>, key: string, maxAge: number, ask: () => Promise<T | null>): Promise<T | null> {
    const now = this.#clock.now();
    const last = known.get(key);
    if (last !== undefined && now - last.at < maxAge) return last.value;
    const value = ask().then((answer) => {
      if (answer === null && known.get(key)?.value === value) known.delete(key);
      return answer;
    });
    known.delete(key);
    known.set(key, { value, at: now });
    for (const oldest of known.keys()) if (known.size > MAX_PROVIDER_ANSWERS) known.delete(oldest);
    return value;
  }
}

/** Whether `version` is older than `oldest`; both begin with numbers between points. */
export function isOlder(version: string, oldest: string): boolean {
  const [numbers, least] = [version, oldest].map((text) =>
    (/^\d+(\.\d+)*/.exec(text)?.[0] ?? '').split('.').map(Number),
  );
  for (const [i, part] of least!.entries()) {
    const difference = (numbers![i] ?? 0) - part;
    if (difference !== 0) return difference < 0;
  }
  return false;
}

async function askVersion(program: FoundProgram, args: readonly string[]): Promise<string | null> {
  const { code, stdout } = await probe(program, args, PROVIDER_VERSION_TIMEOUT_MS);
  return code === 0 ? (/\d+(\.\d+)+[^\s]*/.exec(stdout)?.[0].slice(0, 64) ?? null) : null;
}

/** Changes when the file does. */
async function fileState(path: string): Promise<string> {
  return stat(path).then(
    ({ ino, size, mtimeMs }) => [path, ino, size, mtimeMs].join(),
    () => path,
  );
}
