import type { CloseReason, FinCode, MessageConnection, MessageHandlers } from '../channel/message-connection.ts';
import { ConnectionEndedError, FIN_CODES, MessageTooLargeError } from '../channel/message-connection.ts';
import { EARLY_MESSAGES_LIMIT_BYTES, MAX_MESSAGE_BYTES } from '../limits.ts';
import { z } from 'zod';

/** One end of a message port, whichever runtime it is of; see {@link browserPort} and {@link emitterPort}. */
export interface Port {
  post(message: unknown): void;
  /** Starts delivery. `closed` is called when the other end went away. */
  listen(message: (data: unknown) => void, closed: () => void): void;
  close(): void;
}

/** A connection of path `local` over a message port; both ends use it. Both live in one program, so bytes are not the limit. */
export function portConnection(port: Port): MessageConnection {
  return new PortConnection(port);
}

/** The DOM's MessagePort as far as it is used. */
export interface BrowserPort {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  addEventListener(type: string, listener: (event: { readonly data?: unknown }) => void): void;
}

/** Electron's `MessagePortMain`, and Node's port: event emitters. */
export interface EmitterPort {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'message', listener: (event: { readonly data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** A port in a window. */
export function browserPort(port: BrowserPort): Port {
  return {
    post: (message) => port.postMessage(message),
    listen: (message, closed) => {
      port.addEventListener('message', ({ data }) => message(data));
      port.addEventListener('close', closed);
      port.start();
    },
    close: () => port.close(),
  };
}

/** A port on Electron's main side. */
export function emitterPort(port: EmitterPort): Port {
  return {
    post: (message) => port.postMessage(message),
    listen: (message, closed) => {
      port.on('message', ({ data }) => message(data));
      port.on('close', closed);
      port.start();
    },
    close: () => port.close(),
  };
}

const FIN_NAMES = Object.keys(FIN_CODES) as FinCode[];

const PortMessage = z.discriminatedUnion('t', [
  z.strictObject({ t: z.literal('text'), text: z.string() }),
  /** So many characters were taken: a port itself cannot tell. */
  z.strictObject({ t: z.literal('taken'), chars: z.int().min(0) }),
  z.strictObject({ t: z.literal('fin'), code: z.enum(FIN_NAMES) }),
]);
type PortMessage = z.infer<typeof PortMessage>;

class PortConnection implements MessageConnection {
  readonly path = 'local';
  readonly closed: Promise<CloseReason>;
  readonly #port: Port;
  readonly #abort = new AbortController();
  #settle: (reason: CloseReason) => void = () => undefined;
  #handlers: MessageHandlers | null = null;
  #early: string[] = [];
  #earlyChars = 0;
  #unread = 0;

  constructor(port: Port) {
    this.#port = port;
    this.closed = new Promise((resolve) => (this.#settle = resolve));
    port.listen(
      (data) => this.#receive(data),
      () => this.#end({ code: 'interrupted', by: 'remote' }),
    );
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  send(text: string): void {
    if (this.signal.aborted) return;
    if (text.length > MAX_MESSAGE_BYTES)
      throw new MessageTooLargeError('message_too_large', 'This message is larger than a connection carries.');
    this.#unread += text.length;
    this.#post({ t: 'text', text });
  }

  bufferedAmount(): number {
    return this.#unread;
  }

  attach(handlers: MessageHandlers): void {
    this.#handlers = handlers;
    this.#earlyChars = 0;
    for (const text of this.#early.splice(0)) this.#deliver(text);
  }

  close(code: FinCode): Promise<void> {
    if (!this.signal.aborted) {
      this.#post({ t: 'fin', code });
      this.#end({ code, by: 'local' });
    }
    return Promise.resolve();
  }

  #receive(data: unknown): void {
    if (this.signal.aborted) return;
    const { data: message } = PortMessage.safeParse(data);
    switch (message?.t) {
      case undefined:
        this.#post({ t: 'fin', code: 'bad-message' });
        return this.#end({ code: 'protocol', by: 'local' });
      case 'fin':
        return this.#end({ code: message.code, by: 'remote' });
      case 'taken':
        this.#unread = Math.max(0, this.#unread - message.chars);
        return;
      case 'text':
        if (this.#handlers !== null) return this.#deliver(message.text);
        this.#earlyChars += message.text.length;
        if (this.#earlyChars > EARLY_MESSAGES_LIMIT_BYTES) void this.close('bad-message');
        else this.#early.push(message.text);
    }
  }

  #deliver(text: string): void {
    this.#post({ t: 'taken', chars: text.length });
    this.#handlers?.message(text);
  }

  #post(message: PortMessage): void {
    this.#port.post(message);
  }

  #end(reason: CloseReason): void {
    if (this.signal.aborted) return;
    this.#abort.abort(new ConnectionEndedError(reason));
    this.#port.close();
    this.#settle(reason);
  }
}
