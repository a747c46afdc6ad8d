import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicMessages } from './anthropic-messages.ts';
import { chatCompletions } from './chat-completions.ts';
import { openAiResponses } from './openai-responses.ts';
import { HeldStream } from './reply.ts';
import type { Answer, ModelRequest, Reply } from './reply.ts';

const DIALECTS = [anthropicMessages, openAiResponses, chatCompletions];

/**
 * A model on 127.0.0.1 that speaks Anthropic Messages, OpenAI Responses and chat completions (all streamed) and says what the
 * test scripted. Errands of an agent beside its turn do not use up the script. An empty script answers "Done.".
 */
export class ModelServer {
  /** Every request that was understood, in order of arrival. */
  readonly requests: ModelRequest[] = [];
  /** `METHOD path` of what was asked for beside that. */
  readonly unknown: string[] = [];
  readonly #server: Server;
  readonly #script: Reply[] = [];
  #always: Reply | null = null;
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

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** For `baseURL` of an OpenAI-compatible client. */
  get baseUrl(): string {
    return `${this.origin}/v1`;
  }

  /** Queues what the next requests of turns are answered with. */
  script(...replies: readonly Reply[]): void {
    this.#script.push(...replies);
  }

  /** Answers every request so, also errands, until null: for errors, which agents ask about again. */
  always(reply: Reply | null): void {
    this.#always = reply;
  }

  /** A stream for {@link script} that says nothing until the test does. */
  hold(): HeldStream {
    return new HeldStream();
  }

  /** The requests of turns, without errands. */
  turns(): ModelRequest[] {
    return this.requests.filter(({ errand }) => !errand);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://model').pathname;
    const dialect = request.method === 'POST' ? DIALECTS.find((known) => known.path.test(path)) : undefined;
    if (dialect === undefined) {
      this.unknown.push(`${request.method} ${path}`);
      response.writeHead(404).end();
      return;
    }
    let text = '';
    for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
    const asked = dialect.parse(JSON.parse(text));
    this.requests.push(asked);
    const reply = this.#always ?? (asked.errand ? { text: 'A title' } : (this.#script.shift() ?? { text: 'Done.' }));
    if ('error' in reply) {
      const body = JSON.stringify(dialect.errorBody(reply.error, reply.message));
      response.writeHead(reply.error, { 'content-type': 'application/json' }).end(body);
      return;
    }
    await give(dialect.answer(response, asked.model, String(++this.#replies)), reply);
  }
}

async function give(answer: Answer, reply: Exclude<Reply, { error: number }>): Promise<void> {
  if ('stream' in reply) {
    await reply.stream.pipe((text) => answer.text(text));
    return answer.end();
  }
  if ('thought' in reply && reply.thought !== undefined) answer.thought(reply.thought);
  for (const word of reply.text?.split(/(?<= )/) ?? []) answer.text(word);
  if ('tool' in reply) answer.tool(reply.tool, reply.input);
  answer.end();
}
