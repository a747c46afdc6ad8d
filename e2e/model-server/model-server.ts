import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** What we read of a chat completion request; all of it is kept in `requests`. */
const ChatRequest = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  messages: z.array(z.looseObject({ role: z.string(), content: z.unknown().optional() })),
  tools: z.array(z.looseObject({})).optional(),
});
type ChatRequest = z.infer<typeof ChatRequest>;

/** How the model answers one request: with text, a stream that the test paces, a tool call, or an HTTP error. */
type Reply =
  | { readonly text: string }
  | { readonly stream: HeldStream }
  | { readonly tool: string; readonly input: Readonly<Record<string, unknown>>; readonly text?: string }
  | { readonly error: number; readonly message: string };

/**
 * A model on 127.0.0.1 that speaks chat completions (streamed) and says what the test scripted. Requests without tools are side
 * errands of the agent (a title) and do not use up the script. An empty script answers "Done.".
 */
export class ModelServer {
  /** Every request body, in order of arrival. */
  readonly requests: ChatRequest[] = [];
  readonly #server: Server;
  readonly #script: Reply[] = [];
  #replies = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<ModelServer> {
    const server = createServer();
    const model = new ModelServer(server);
    server.on('request', (request, response) => {
      model.#handle(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return model;
  }

  /** For `baseURL` of an OpenAI-compatible client. */
  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/v1`;
  }

  /** Queues what the next requests with tools are answered with. */
  script(...replies: readonly Reply[]): void {
    this.#script.push(...replies);
  }

  /** A stream for {@link script} that says nothing until the test does. */
  hold(): HeldStream {
    return new HeldStream();
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.method !== 'POST' || !request.url?.endsWith('/chat/completions')) {
      response.writeHead(404).end();
      return;
    }
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const body = ChatRequest.parse(JSON.parse(text));
    this.requests.push(body);
    const reply = body.tools?.length ? (this.#script.shift() ?? { text: 'Done.' }) : { text: 'A title' };
    if ('error' in reply) {
      const error = { message: reply.message, type: 'invalid_request_error' };
      response.writeHead(reply.error, { 'content-type': 'application/json' }).end(JSON.stringify({ error }));
      return;
    }
    await this.#stream(new Chunks(response, body.model, `chat-${++this.#replies}`), reply);
  }

  async #stream(chunks: Chunks, reply: Exclude<Reply, { error: number }>): Promise<void> {
    chunks.delta({ role: 'assistant', content: '' });
    if ('stream' in reply) {
      await reply.stream.pipe((content) => chunks.delta({ content }));
      return chunks.end('stop');
    }
    if (reply.text !== undefined) for (const word of reply.text.split(/(?<= )/)) chunks.delta({ content: word });
    if (!('tool' in reply)) return chunks.end('stop');
    const call = { name: reply.tool, arguments: JSON.stringify(reply.input) };
    chunks.delta({ tool_calls: [{ index: 0, id: `call_${chunks.id}`, type: 'function', function: call }] });
    chunks.end('tool_calls');
  }
}

/** A streamed answer under the test's control. */
class HeldStream {
  /** Resolves when the agent has asked and waits for text. */
  readonly started: Promise<void>;
  readonly #begun: () => void;
  #queue: (string | null)[] = [];
  #wake = () => {};

  constructor() {
    let begun = () => {};
    this.started = new Promise((resolve) => (begun = resolve));
    this.#begun = begun;
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
    this.#begun();
    for (;;) {
      while (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
      const text = this.#queue.shift();
      if (text == null) return;
      deliver(text);
    }
  }
}

/** Server-sent events in the shape of chat completion chunks. */
class Chunks {
  readonly id: string;
  readonly #response: ServerResponse;
  readonly #model: string;

  constructor(response: ServerResponse, model: string, id: string) {
    this.#response = response;
    this.#model = model;
    this.id = id;
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  }

  delta(delta: object): void {
    this.#send({ choices: [{ index: 0, delta, finish_reason: null }] });
  }

  end(reason: 'stop' | 'tool_calls'): void {
    this.#send({ choices: [{ index: 0, delta: {}, finish_reason: reason }] });
    this.#send({ choices: [], usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } });
    this.#response.end('data: [DONE]\n\n');
  }

  #send(fields: object): void {
    const created = Math.floor(Date.now() / 1000);
    const chunk = { id: this.id, object: 'chat.completion.chunk', created, model: this.#model, ...fields };
    this.#response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  }
}
