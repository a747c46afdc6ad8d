import {
  type CloseReason,
  ConnectionEndedError,
  type ConnectionPath,
  type FinCode,
  type MessageConnection,
  type MessageHandlers,
} from '../../../src-shared/channel/message-connection.ts';

/** For tests: two ends of one connection in memory, which can be cut after any message. */
export class MemoryLink {
  readonly client: MemoryConnection;
  readonly daemon: MemoryConnection;
  /** Messages that arrived so far, in both directions, in order. */
  readonly delivered: { readonly to: 'client' | 'daemon'; readonly text: string }[] = [];
  /** The connection breaks right after so many messages arrived at that end. */
  readonly #cut: { readonly to: 'client' | 'daemon'; readonly after: number } | null;

  constructor(path: ConnectionPath = 'direct', cut: { to: 'client' | 'daemon'; after: number } | null = null) {
    this.#cut = cut;
    this.client = new MemoryConnection(
      path,
      (text) => this.#carry('daemon', text),
      (code) => this.daemon.end({ code, by: 'remote' }),
    );
    this.daemon = new MemoryConnection(
      path,
      (text) => this.#carry('client', text),
      (code) => this.client.end({ code, by: 'remote' }),
    );
  }

  /** What is under way in both directions is lost. */
  break(): void {
    this.client.end({ code: 'interrupted', by: 'remote' });
    this.daemon.end({ code: 'interrupted', by: 'remote' });
  }

  #carry(to: 'client' | 'daemon', text: string): void {
    setImmediate(() => {
      const end = this[to];
      if (end.signal.aborted) return;
      this.delivered.push({ to, text });
      end.deliver(text);
      const cut = this.#cut;
      if (cut?.to === to && this.delivered.filter((message) => message.to === to).length >= cut.after) this.break();
    });
  }
}

class MemoryConnection implements MessageConnection {
  readonly path: ConnectionPath;
  readonly closed: Promise<CloseReason>;
  /** What {@link bufferedAmount} says: a test sets it to play a peer that does not read. */
  buffered = 0;
  readonly #carry: (text: string) => void;
  readonly #fin: (code: FinCode) => void;
  readonly #abort = new AbortController();
  readonly #early: string[] = [];
  #settle: (reason: CloseReason) => void = () => undefined;
  #handlers: MessageHandlers | null = null;

  constructor(path: ConnectionPath, carry: (text: string) => void, fin: (code: FinCode) => void) {
    this.path = path;
    this.#carry = carry;
    this.#fin = fin;
    this.closed = new Promise((resolve) => (this.#settle = resolve));
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  send(message: string): void {
    if (!this.signal.aborted) this.#carry(message);
  }

  bufferedAmount(): number {
    return this.buffered;
  }

  attach(handlers: MessageHandlers): void {
    this.#handlers = handlers;
    for (const text of this.#early.splice(0)) handlers.message(text);
  }

  close(code: FinCode): Promise<void> {
    if (!this.signal.aborted) {
      this.end({ code, by: 'local' });
      setImmediate(() => this.#fin(code));
    }
    return Promise.resolve();
  }

  deliver(text: string): void {
    if (this.#handlers === null) this.#early.push(text);
    else this.#handlers.message(text);
  }

  /** The connection comes of age. */
  renew(): void {
    this.#handlers?.renew?.();
  }

  end(reason: CloseReason): void {
    if (this.signal.aborted) return;
    this.#abort.abort(new ConnectionEndedError(reason));
    this.#settle(reason);
  }
}
