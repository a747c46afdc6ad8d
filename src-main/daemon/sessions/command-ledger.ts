import {
  INSTANCE_MEMORY_MS,
  MAX_INSTANCES_PER_CLIENT,
  MAX_STORED_RESULT_CHARS,
  RESULTS_PER_INSTANCE,
} from '../limits.ts';
import type { Logger } from '../../platform/logger.ts';
import { LedgerFile, readLedger } from './ledger-file.ts';
import type { LedgerLine } from './ledger-line.ts';
import { type Outcome, refusal } from './request-outcome.ts';

export interface CommandEntry {
  /** Device id, or `owner`. */
  readonly client: string;
  readonly instance: string;
  readonly n: number;
  /** Of method and params: an id names one command for ever. */
  readonly digest: string;
  /** false for results that must not be on disk. */
  readonly keepResult: boolean;
}

interface Recorded {
  readonly digest: string;
  /** Whether the outcome may be on disk. */
  readonly keepResult: boolean;
  /** While it runs, and for as long as its result is known. null: it ran, and the result is gone. */
  outcome: Promise<Outcome> | Outcome | null;
}

interface Instance {
  readonly client: string;
  readonly instance: string;
  /** Every counter up to here was accepted or skipped. Never goes down. */
  high: number;
  seenAt: number;
  readonly recorded: Map<number, Recorded>;
}

/**
 * Makes every command run at most once. Its id is on disk before it runs, and its result before it is answered (surely so
 * after a crash of the daemon; a power cut may lose the result, never the id). Sent again, it gets the first result; one that
 * was cut by a crash gets `interrupted`. Counters only rise; gaps are allowed, since a person may give a command up.
 */
export class CommandLedger {
  readonly #file: LedgerFile;
  readonly #instances = new Map<string, Instance>();
  readonly #now: () => number;
  readonly #logger: Logger;

  /** Throws `LedgerError` or `FileError`, with advice, when the file is not as it must be. */
  static async open(path: string, options: { logger: Logger; now?: () => number }): Promise<CommandLedger> {
    const { lines, length } = await readLedger(path);
    return new CommandLedger(path, lines, length, options);
  }

  private constructor(
    path: string,
    lines: readonly LedgerLine[],
    length: number,
    options: { logger: Logger; now?: () => number },
  ) {
    this.#now = options.now ?? Date.now;
    this.#logger = options.logger;
    for (const line of lines) this.#replay(line);
    for (const instance of this.#instances.values()) interruptOpen(instance);
    this.#file = new LedgerFile(path, length, () => this.#snapshot());
  }

  /** Highest counter recorded for this client instance, 0 for none. */
  lastCommand(client: string, instance: string): number {
    return this.#instances.get(keyOf(client, instance))?.high ?? 0;
  }

  /** Runs `work`, which never rejects, unless the command was seen before. */
  run(entry: CommandEntry, work: () => Promise<Outcome>): Promise<Outcome> {
    const instance = this.#instance(entry.client, entry.instance);
    const known = instance.recorded.get(entry.n);
    if (known !== undefined) return Promise.resolve(answerAgain(known, entry.digest));
    if (entry.n <= instance.high) return Promise.resolve(expired());
    const outcome = this.#accept(instance, entry, work);
    instance.recorded.set(entry.n, { digest: entry.digest, keepResult: entry.keepResult, outcome });
    return outcome;
  }

  /** Writes what is left. Commands that still run are `interrupted` at the next start. */
  close(): Promise<void> {
    return this.#file.close();
  }

  async #accept(instance: Instance, entry: CommandEntry, work: () => Promise<Outcome>): Promise<Outcome> {
    const { client, n, digest, keepResult } = entry;
    const at = this.#now();
    const id = { client, instance: entry.instance, n };
    try {
      await this.#file.append({ t: 'accepted', ...id, digest, at: new Date(at).toISOString() }, true);
    } catch (error) {
      this.#logger.error({ err: error }, 'a command could not be recorded, so it was not run');
      instance.recorded.delete(n);
      return refusal(
        'not_saved',
        'The disk of the computer refused to save the command, so it was not run. Free some space.',
      );
    }
    instance.high = Math.max(instance.high, n);
    instance.seenAt = at;
    const outcome = await work();
    const keep = JSON.stringify(outcome).length <= MAX_STORED_RESULT_CHARS;
    instance.recorded.set(n, { digest, keepResult, outcome: keep ? outcome : null });
    trim(instance);
    const stored = keep && keepResult ? outcome : null;
    await this.#file.append({ t: 'done', ...id, outcome: stored }, false).catch((error: unknown) => {
      this.#logger.warn({ err: error }, 'the result of a command could not be recorded');
    });
    return outcome;
  }

  #instance(client: string, name: string): Instance {
    const key = keyOf(client, name);
    const known = this.#instances.get(key);
    if (known !== undefined) return known;
    this.#forgetIdle(client);
    const instance = { client, instance: name, high: 0, seenAt: this.#now(), recorded: new Map() };
    this.#instances.set(key, instance);
    return instance;
  }

  /** Makes room for one more instance of `client`. */
  #forgetIdle(client: string): void {
    const oldest = this.#now() - INSTANCE_MEMORY_MS;
    const own: [string, Instance][] = [];
    for (const [key, instance] of this.#instances) {
      if (isRunning(instance)) continue;
      if (instance.seenAt < oldest) this.#instances.delete(key);
      else if (instance.client === client) own.push([key, instance]);
    }
    own.sort(([, a], [, b]) => a.seenAt - b.seenAt);
    for (const [key] of own.slice(0, Math.max(0, own.length + 1 - MAX_INSTANCES_PER_CLIENT)))
      this.#instances.delete(key);
  }

  #replay(line: LedgerLine): void {
    const instance = this.#instance(line.client, line.instance);
    if (line.t === 'instance') {
      instance.high = Math.max(instance.high, line.high);
      instance.seenAt = Date.parse(line.at);
      for (const { n, digest, outcome } of line.results)
        instance.recorded.set(n, { digest, keepResult: true, outcome });
    } else if (line.t === 'accepted') {
      instance.high = Math.max(instance.high, line.n);
      instance.seenAt = Date.parse(line.at);
      instance.recorded.set(line.n, { digest: line.digest, keepResult: true, outcome: OPEN });
    } else {
      const known = instance.recorded.get(line.n);
      if (known !== undefined) known.outcome = line.outcome;
      trim(instance);
    }
  }

  /** What a new file must say to mean the same as the one it replaces. */
  #snapshot(): LedgerLine[] {
    const lines: LedgerLine[] = [];
    for (const { client, instance, high, seenAt, recorded } of this.#instances.values()) {
      const at = new Date(seenAt).toISOString();
      const open = [...recorded].filter(([, { outcome }]) => outcome instanceof Promise);
      const results = [...recorded].flatMap(([n, { digest, keepResult, outcome }]) =>
        outcome instanceof Promise ? [] : [{ n, digest, outcome: keepResult ? outcome : null }],
      );
      lines.push({ t: 'instance', client, instance, high, at, results });
      for (const [n, { digest }] of open) lines.push({ t: 'accepted', client, instance, n, digest, at });
    }
    return lines;
  }
}

/** Stands for "accepted, no result seen yet" while the file is read. */
const OPEN: Promise<Outcome> = new Promise(() => undefined);

function interruptOpen(instance: Instance): void {
  for (const record of instance.recorded.values()) if (record.outcome === OPEN) record.outcome = interrupted();
}

function answerAgain(known: Recorded, digest: string): Promise<Outcome> | Outcome {
  if (known.digest !== digest)
    return refusal('out_of_order', 'The number of this command was used for another one. Reload, and give it again.');
  return known.outcome ?? expired();
}

function expired(): Outcome {
  return refusal(
    'result_expired',
    'This command was handled before, and its result is no longer known. Look at the agent.',
  );
}

function interrupted(): Outcome {
  return refusal(
    'interrupted',
    'The daemon ended while this command ran; it was not run again. Look at the agent before you give it once more.',
  );
}

/** Keeps the newest results; commands that run are not counted. */
function trim({ recorded }: Instance): void {
  const ended = [...recorded].filter(([, { outcome }]) => !(outcome instanceof Promise)).map(([n]) => n);
  ended.sort((a, b) => a - b);
  for (const n of ended.slice(0, Math.max(0, ended.length - RESULTS_PER_INSTANCE))) recorded.delete(n);
}

function isRunning({ recorded }: Instance): boolean {
  return [...recorded.values()].some(({ outcome }) => outcome instanceof Promise);
}

function keyOf(client: string, instance: string): string {
  return `${client} ${instance}`;
}
