import { MAX_OUTBOX_CHARS, MAX_OUTBOX_COMMANDS, OUTBOX_MAX_AGE_MS, OUTBOX_WINDOW } from '../limits.ts';
import { type Watchable, Watched } from '../watchable.ts';
import { type CommandMethod, type Params, type Result, requests } from '../wire/requests.ts';
import { badAnswer, type CommandOutcome } from './client-link.ts';
import { type OutboxItem, OutboxState, type OutboxStore } from './outbox-store.ts';
import { RequestError } from './request-error.ts';

interface Waiter {
  resolve(result: unknown): void;
  reject(error: RequestError): void;
}

/**
 * Commands between the moment a person gave them and the moment their result is known. Every command is stored before it is
 * sent and keeps its counter for ever, so sending it again after a cut or a reload is safe: the daemon runs it at most once.
 */
export class Outbox {
  readonly #store: OutboxStore;
  readonly #now: () => number;
  readonly #items = new Map<number, OutboxItem>();
  readonly #waiters = new Map<number, Waiter>();
  readonly #sent = new Set<number>();
  readonly #pending = new Watched<readonly OutboxItem[]>([]);
  #lastCounter = 0;
  #adding: Promise<unknown> = Promise.resolve();
  #send: ((item: OutboxItem) => void) | null = null;
  #refusal: RequestError | null = null;
  #opened: (() => void) | null = null;

  constructor(store: OutboxStore, now: () => number) {
    this.#store = store;
    this.#now = now;
    // Commands given before the store is open wait for it.
    this.#adding = new Promise<void>((resolve) => (this.#opened = resolve));
  }

  get pending(): Watchable<readonly OutboxItem[]> {
    return this.#pending;
  }

  /** Loads what is stored and returns the instance. Rejects when the store cannot be read or is not ours. */
  async open(): Promise<string> {
    const state = OutboxState.parse(await this.#store.load());
    this.#lastCounter = Math.max(state.lastCounter, ...state.items.map((item) => item.n));
    for (const item of state.items.sort((a, b) => a.n - b.n)) this.#items.set(item.n, item);
    this.#announce();
    this.#opened?.();
    return state.instance;
  }

  /** Stores and sends a command. Rejects with {@link RequestError}. */
  add<M extends CommandMethod>(method: M, params: Params<M>): Promise<Result<M>> {
    const checked = requests[method].params.safeParse(params);
    if (!checked.success)
      return Promise.reject(new RequestError('bad_request', `${method} was given something it does not take.`));
    const added = this.#adding.then(() => this.#put(method, checked.data));
    this.#adding = added.catch(() => undefined);
    return added.then(async ({ answer }) => {
      const result = requests[method].result.safeParse(await answer);
      if (!result.success) throw badAnswer();
      return result.data as Result<M>;
    });
  }

  /** A connection is up: sends what has no result, oldest first. `lastCommand` is the daemon's high-water mark. */
  attach(send: (item: OutboxItem) => void, lastCommand: number): void {
    this.#lastCounter = Math.max(this.#lastCounter, lastCommand);
    this.#sent.clear();
    this.#send = send;
    this.#pump();
  }

  detach(): void {
    this.#send = null;
  }

  /** What the daemon said about a command. A second answer changes nothing. */
  settle(n: number, outcome: CommandOutcome): void {
    if (!this.#items.has(n)) return;
    if (outcome.ok) {
      this.#forget(n)?.resolve(outcome.result);
    } else {
      this.#fail(n, new RequestError(outcome.error.code, outcome.error.message));
    }
    this.#announce();
    this.#pump();
  }

  /** Gives a command up; it may have run if it was sent. */
  discard(n: number): void {
    if (!this.#items.has(n)) return;
    this.#forget(n)?.reject(new RequestError('discarded', 'The command was given up.'));
    this.#announce();
    this.#pump();
  }

  /** Nothing will be sent any more. Stored commands stay stored. */
  end(error: RequestError): void {
    this.#send = null;
    this.#refusal = error;
    this.#opened?.();
    for (const waiter of this.#waiters.values()) waiter.reject(error);
    this.#waiters.clear();
  }

  async #put(method: string, params: unknown): Promise<{ answer: Promise<unknown> }> {
    if (this.#refusal !== null) throw this.#refusal;
    this.#checkRoom(params);
    const n = ++this.#lastCounter;
    const item: OutboxItem = { n, method, params, createdAt: new Date(this.#now()).toISOString(), failed: null };
    await this.#store.put(item).catch((cause: unknown) => {
      throw new RequestError(
        'not_stored',
        'This device could not save the command, so it was not sent. Free some space.',
        {
          cause,
        },
      );
    });
    this.#items.set(n, item);
    const answer = new Promise<unknown>((resolve, reject) => this.#waiters.set(n, { resolve, reject }));
    answer.catch(() => undefined);
    if (this.#refusal !== null) this.end(this.#refusal);
    this.#announce();
    this.#pump();
    // Wrapped, or awaiting this would wait for the daemon too and hold up the next command.
    return { answer };
  }

  #checkRoom(params: unknown): void {
    let chars = JSON.stringify(params).length;
    for (const item of this.#items.values()) chars += JSON.stringify(item.params).length;
    if (this.#items.size < MAX_OUTBOX_COMMANDS && chars <= MAX_OUTBOX_CHARS) return;
    throw new RequestError('outbox_full', 'Too many commands wait for the daemon. Reconnect first, or discard some.');
  }

  /** Sends in the order of the counters; the daemon takes no command below one that it has seen. */
  #pump(): void {
    if (this.#send === null) return;
    let underWay = 0;
    for (const n of this.#sent) if (this.#items.has(n)) underWay++;
    for (const item of [...this.#items.values()]) {
      if (this.#sent.has(item.n) || item.failed !== null) continue;
      if (this.#now() - Date.parse(item.createdAt) > OUTBOX_MAX_AGE_MS) {
        this.#fail(
          item.n,
          new RequestError('expired', 'This waited too long for a connection. Send it again if it still matters.'),
        );
        this.#announce();
        continue;
      }
      if (underWay >= OUTBOX_WINDOW) return;
      underWay++;
      this.#sent.add(item.n);
      this.#send(item);
    }
  }

  #fail(n: number, error: RequestError): void {
    const item = this.#items.get(n);
    if (item === undefined) return;
    if (this.#waiters.has(n)) {
      this.#forget(n)?.reject(error);
      return;
    }
    const failed = { ...item, failed: { code: error.code, message: error.message } };
    this.#sent.delete(n);
    this.#items.set(n, failed);
    // If this cannot be stored, the command is sent again after a reload and fails the same way.
    this.#store.put(failed).catch(() => undefined);
  }

  #forget(n: number): Waiter | undefined {
    const waiter = this.#waiters.get(n);
    this.#waiters.delete(n);
    this.#items.delete(n);
    this.#sent.delete(n);
    // If this cannot be stored, the command is sent again after a reload and gets its first answer.
    this.#store.remove(n).catch(() => undefined);
    return waiter;
  }

  #announce(): void {
    this.#pending.set([...this.#items.values()]);
  }
}
