import type { CloseReason, MessageConnection } from '../channel/message-connection.ts';
import { type DaemonEvent, DaemonMessage, type RequestFailure, Welcome } from '../wire/messages.ts';
import type { ClientMessage } from '../wire/messages.ts';
import { type Params, type QueryMethod, requests } from '../wire/requests.ts';
import { RequestError } from './request-error.ts';

export interface LinkHandlers {
  event(event: DaemonEvent): void;
  command(n: number, outcome: CommandOutcome): void;
  renew(): void;
}

export type CommandOutcome =
  { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: RequestFailure };

/** Hears of the answer synchronously, before any message that follows it. */
export interface Ask {
  readonly method: QueryMethod;
  readonly params: unknown;
  answered(result: unknown): void;
  failed(error: RequestError): void;
}

/** The wire protocol over one connection, from the client's side. It ends with its connection. */
export class ClientLink {
  readonly connection: MessageConnection;
  /** The daemon's first message; null when the connection ended or broke the rules before. */
  readonly welcome: Promise<Welcome | 'other-version' | null>;
  readonly #handlers: LinkHandlers;
  readonly #instance: string;
  readonly #asks = new Map<number, Ask>();
  #welcomed: (welcome: Welcome | 'other-version' | null) => void = () => undefined;
  #lastId = 0;
  #abandoned = false;

  constructor(connection: MessageConnection, instance: string, handlers: LinkHandlers) {
    this.connection = connection;
    this.#instance = instance;
    this.#handlers = handlers;
    this.welcome = new Promise((resolve) => (this.#welcomed = resolve));
  }

  /** Starts to listen; resolves with the reason when the connection is over. */
  async run(): Promise<CloseReason> {
    this.connection.attach({
      message: (text) => this.#receive(text),
      renew: () => this.#handlers.renew(),
    });
    const reason = await this.connection.closed;
    this.#welcomed(null);
    return reason;
  }

  send(message: ClientMessage, lane?: string): void {
    this.connection.send(JSON.stringify(message), lane);
  }

  ask(ask: Ask): void {
    const id = ++this.#lastId;
    this.#asks.set(id, ask);
    this.send({ t: 'query', id, method: ask.method, params: ask.params });
  }

  sendCommand(n: number, method: string, params: unknown): void {
    // One lane: the daemon must see commands in the order of their counters.
    this.send({ t: 'command', id: { instance: this.#instance, n }, method, params }, 'commands');
  }

  /** Hears nothing more from this connection, and hands over what was not answered. */
  abandon(): Ask[] {
    this.#abandoned = true;
    const open = [...this.#asks.values()];
    this.#asks.clear();
    return open;
  }

  #receive(text: string): void {
    if (this.#abandoned) return;
    const json = parseJson(text);
    const message = DaemonMessage.safeParse(json);
    if (!message.success) {
      if (isOtherWelcome(json)) this.#welcomed('other-version');
      else void this.connection.close('bad-message');
      return;
    }
    const { data } = message;
    switch (data.t) {
      case 'welcome':
        this.#welcomed(data);
        return;
      case 'event':
        this.#handlers.event(data.event);
        return;
      case 'result':
        if (typeof data.id === 'number') this.#answer(data.id, data.result);
        else if (data.id.instance === this.#instance)
          this.#handlers.command(data.id.n, { ok: true, result: data.result });
        return;
      case 'error':
        if (typeof data.id === 'number') this.#fail(data.id, data.error);
        else if (data.id.instance === this.#instance)
          this.#handlers.command(data.id.n, { ok: false, error: data.error });
        return;
    }
  }

  #answer(id: number, raw: unknown): void {
    const ask = this.#take(id);
    if (ask === undefined) return;
    const result = requests[ask.method].result.safeParse(raw);
    if (result.success) ask.answered(result.data);
    else ask.failed(badAnswer());
  }

  #fail(id: number, error: RequestFailure): void {
    this.#take(id)?.failed(new RequestError(error.code, error.message));
  }

  #take(id: number): Ask | undefined {
    const ask = this.#asks.get(id);
    this.#asks.delete(id);
    return ask;
  }
}

/** An {@link Ask} whose params are checked against its method. */
export function typedAsk<M extends QueryMethod>(
  method: M,
  params: Params<M>,
  settle: Pick<Ask, 'answered' | 'failed'>,
): Ask {
  return { method, params, ...settle };
}

export function badAnswer(): RequestError {
  return new RequestError(
    'bad_answer',
    'The daemon answered something this version does not understand. Update Paseo.',
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A welcome of a protocol that is not ours; anything else about it may differ. */
function isOtherWelcome(json: unknown): boolean {
  if (typeof json !== 'object' || json === null || !('t' in json) || !('protocol' in json)) return false;
  return json.t === 'welcome' && json.protocol !== Welcome.shape.protocol.value;
}
