import type { ServerResponse } from 'node:http';
import { deferred } from '../../src-shared/deferred.ts';

/** How the model answers one request: with text, a stream that the test paces, a tool call, or an HTTP error. */
export type Reply =
  | { readonly text: string; readonly thought?: string }
  | { readonly stream: HeldStream }
  | ToolReply
  | { readonly error: number; readonly message: string };

export interface ToolReply {
  /** The tool's name in the agent program. */
  readonly tool: string;
  /** Its arguments; a text for a tool that takes free text. */
  readonly input: Readonly<Record<string, unknown>> | string;
  /** Said before the call. */
  readonly text?: string;
}

/** One request as it arrived. */
export interface ModelRequest {
  readonly dialect: string;
  readonly model: string;
  /** Beside the turn: a title, a suggestion, a look at the quota. Answered harmlessly, outside the script. */
  readonly errand: boolean;
  /** All that the model was told, as JSON text. */
  readonly told: string;
  readonly body: unknown;
}

/** One way to speak to a model over HTTP. */
export interface Dialect {
  readonly name: string;
  readonly path: RegExp;
  parse(body: unknown): ModelRequest;
  /** Starts a streamed answer. */
  answer(response: ServerResponse, model: string, id: string): Answer;
  errorBody(status: number, message: string): object;
}

/** A streamed answer that is being given. */
export interface Answer {
  thought(text: string): void;
  text(text: string): void;
  tool(name: string, input: ToolReply['input']): void;
  end(): void;
}

/** A streamed answer under the test's control. */
export class HeldStream {
  readonly #begun = deferred<undefined>();
  readonly #over = deferred<undefined>();
  #queue: (string | null)[] = [];
  #wake = () => {};

  /** Resolves when all of it was handed over. */
  get ended(): Promise<undefined> {
    return this.#over.promise;
  }

  /** Resolves when the agent has asked and waits for text. */
  get started(): Promise<undefined> {
    return this.#begun.promise;
  }

  send(text: string): void {
    this.#queue.push(text);
    this.#wake();
  }

  end(): void {
    this.#queue.push(null);
    this.#wake();
  }

  /** For the server: hands on what is sent until the end. */
  async pipe(deliver: (text: string) => void): Promise<void> {
    this.#begun.resolve(undefined);
    for (;;) {
      while (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const text = this.#queue.shift();
      if (text == null) return this.#over.resolve(undefined);
      deliver(text);
    }
  }
}

/** Begins server-sent events; the function writes one. */
export function serverSentEvents(response: ServerResponse): (event: string | null, data: object) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (event, data) => {
    response.write(`${event === null ? '' : `event: ${event}\n`}data: ${JSON.stringify(data)}\n\n`);
  };
}
