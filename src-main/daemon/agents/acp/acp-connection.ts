import { MAX_OPEN_AGENT_REQUESTS, MAX_UNSENT_ANSWERS } from '../../limits.ts';
import type { HostLine, RpcId, SendHeader } from '../../../agent-host/host-protocol.ts';
import { parseRpc, RpcError } from './rpc-message.ts';

/** A request that the program made of us. Exactly one of `result` and `refuse` is called, once; later calls change nothing. */
export interface AgentCall {
  readonly method: string;
  readonly params: unknown;
  /** Number of its line: unique for the program's host, also when the program uses an id twice. */
  readonly n: number;
  /** Its line was handled by an earlier daemon already, which did not answer or did not know that the answer arrived. */
  readonly replayed: boolean;
  /** Aborts when the program takes the request back or is gone. */
  readonly signal: AbortSignal;
  readonly result: (result: unknown) => void;
  readonly refuse: (code: number, message: string) => void;
}

export type RpcAnswer = { readonly result: unknown } | { readonly error: Error };

interface ConnectionOptions {
  readonly send: (line: string, about: SendHeader) => Promise<void>;
  /** Of our requests: above every id that the program has seen. */
  readonly firstId: number;
  readonly onCall: (call: AgentCall) => void;
  readonly onNotification: (method: string, params: unknown) => void;
  readonly onIgnored: (why: string, line: Buffer) => void;
}

interface OpenCall {
  readonly id: RpcId;
  readonly abort: AbortController;
}

/**
 * JSON-RPC with one program, line by line. Everything that a line causes has happened when {@link receive} returns, so that a
 * line's number says exactly what is done and what is not: this is why the SDK's own connection is not used here.
 */
export class AcpConnection {
  readonly #options: ConnectionOptions;
  readonly #pending = new Map<number, (answer: RpcAnswer) => void>();
  readonly #calls = new Map<number, OpenCall>();
  #nextId: number;
  #unsent = 0;
  #lastSent: Promise<void> = Promise.resolve();
  #closed: Error | null = null;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#nextId = options.firstId;
  }

  /** Pending while too many answers are on their way: a program that floods us with requests is read no faster than it reads. */
  get backlog(): Promise<void> | null {
    return this.#unsent > MAX_UNSENT_ANSWERS ? this.#lastSent : null;
  }

  /** Calls `settle` with the answer while its line is handled, or when the connection is closed. Returns the request's id. */
  ask(method: string, params: unknown, settle: (answer: RpcAnswer) => void): number {
    const id = this.#nextId++;
    if (this.#closed !== null) {
      settle({ error: this.#closed });
      return id;
    }
    this.#pending.set(id, settle);
    const line = JSON.stringify({ jsonrpc: '2.0', id, method, params });
    this.#options.send(line, { id, method }).catch((error: unknown) => this.#settle(id, { error: asError(error) }));
    return id;
  }

  /** As {@link ask} for a request that an earlier daemon made. */
  expect(id: number, settle: (answer: RpcAnswer) => void): void {
    this.#pending.set(id, settle);
  }

  request(method: string, params: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.ask(method, params, (answer) => ('error' in answer ? reject(answer.error) : resolve(answer.result)));
    });
  }

  notify(method: string, params: unknown): void {
    if (this.#closed !== null) return;
    // A program that cannot be told any more is gone, which its lines tell.
    this.#options.send(JSON.stringify({ jsonrpc: '2.0', method, params }), { method }).catch(() => {});
  }

  /** `replayed`: only what still needs an answer counts. */
  receive({ n, bytes }: HostLine, replayed: boolean): void {
    const message = parseRpc(bytes);
    switch (message.kind) {
      case 'request':
        return this.#call(message.id, message.method, message.params, n, replayed);
      case 'notification':
        if (message.method === '$/cancel_request') return this.#withdraw(message.params);
        return replayed ? undefined : this.#options.onNotification(message.method, message.params);
      case 'result':
        return replayed ? undefined : this.#settle(message.id, { result: message.result }, bytes);
      case 'error':
        return replayed ? undefined : this.#settle(message.id, { error: message.error }, bytes);
      case 'deep':
        return this.#deep(message, { n, bytes }, replayed);
      case 'ignored':
        return message.why === 'empty' ? undefined : this.#options.onIgnored(message.why, bytes);
    }
  }

  /** Settles every request with the error and withdraws those of the program. */
  close(error: Error): void {
    this.#closed ??= error;
    for (const id of [...this.#pending.keys()]) this.#settle(id, { error });
    const calls = [...this.#calls.values()];
    this.#calls.clear();
    for (const { abort } of calls) abort.abort();
  }

  #call(id: RpcId, method: string, params: unknown, n: number, replayed: boolean): void {
    if (this.#closed !== null) return;
    const abort = new AbortController();
    this.#calls.set(n, { id, abort });
    let answered = false;
    const answer = (body: object): void => {
      if (answered || !this.#calls.has(n)) return;
      answered = true;
      this.#answer(n, id, body);
    };
    const refuse = (code: number, message: string): void => answer({ error: { code, message } });
    if (this.#calls.size > MAX_OPEN_AGENT_REQUESTS) return refuse(-32000, 'Too many requests wait for an answer.');
    const result = (value: unknown): void => answer({ result: value });
    this.#options.onCall({ method, params, n, replayed, signal: abort.signal, result, refuse });
  }

  #deep(
    { id, hasMethod }: { id: RpcId | undefined; hasMethod: boolean },
    { n, bytes }: HostLine,
    replayed: boolean,
  ): void {
    this.#options.onIgnored('too_deep', bytes);
    if (hasMethod && id !== undefined) this.#answer(n, id, { error: { code: -32600, message: 'Nested too deeply.' } });
    else if (typeof id === 'number' && !replayed)
      this.#settle(id, { error: new RpcError(-32603, 'its answer is nested too deeply') });
  }

  #answer(n: number, id: RpcId, body: object): void {
    this.#unsent++;
    const settled = (): void => {
      this.#unsent--;
      this.#calls.delete(n);
    };
    const line = JSON.stringify({ jsonrpc: '2.0', id, ...body });
    this.#lastSent = this.#options.send(line, { answers: { id, line: n } }).then(settled, settled);
  }

  /** The program does not wait any more for requests with this id; JSON-RPC wants an answer all the same. */
  #withdraw(params: unknown): void {
    if (typeof params !== 'object' || params === null || !('requestId' in params)) return;
    for (const call of this.#calls.values()) if (call.id === params.requestId) call.abort.abort();
  }

  #settle(id: number, answer: RpcAnswer, line: Buffer = NOTHING): void {
    const settle = this.#pending.get(id);
    if (settle === undefined) return this.#options.onIgnored('unknown_answer', line);
    this.#pending.delete(id);
    settle(answer);
  }
}

const NOTHING = Buffer.alloc(0);

function asError(error: unknown): Error {
  return error instanceof Error ? error : new RpcError(-32603, String(error));
}
