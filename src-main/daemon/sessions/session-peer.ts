import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import type { ClientHello, SessionRole } from '../../../src-shared/devices.ts';
import { DaemonMessage } from '../../../src-shared/wire/messages.ts';
import { type CommandMethod, type Method, requests } from '../../../src-shared/wire/requests.ts';
import { MemoryLink } from './memory-connection.ts';
import { helloOf, type SessionFixture } from './session-fixture.ts';

export const INSTANCE = '0123456789abcdef0123456789abcdef';

/** For tests: a client that says exactly what it is told to, and checks everything it hears against the schemas. */
export class SessionPeer {
  readonly link = new MemoryLink();
  readonly heard: DaemonMessage[] = [];
  readonly #asked = new Map<number, Method>();
  #id = 0;
  #n = 0;
  #waiting: (() => void)[] = [];

  constructor(fixture: SessionFixture, role: SessionRole = 'full', hello: ClientHello = helloOf(INSTANCE)) {
    this.link.client.attach({ message: (text) => this.#hear(text) });
    fixture.accept(this.link.daemon, hello, role);
  }

  get connection(): MessageConnection {
    return this.link.client;
  }

  /** The answer: the result, or the error's code. */
  async query(method: string, params: unknown): Promise<unknown> {
    const id = ++this.#id;
    if (Object.hasOwn(requests, method)) this.#asked.set(id, method as Method);
    this.say({ t: 'query', id, method, params });
    return this.answer((message) => message.id === id);
  }

  async command(method: CommandMethod | (string & {}), params: unknown, n = ++this.#n): Promise<unknown> {
    this.say({ t: 'command', id: { instance: INSTANCE, n }, method, params });
    return this.answer(({ id }) => typeof id === 'object' && id.n === n);
  }

  say(message: unknown): void {
    this.link.client.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** Waits for a message that was not waited for before. */
  async next<T extends DaemonMessage>(match: (message: DaemonMessage) => message is T): Promise<T> {
    for (;;) {
      const at = this.heard.findIndex(match);
      if (at >= 0) return this.heard.splice(at, 1)[0] as T;
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  async answer(match: (message: Answer) => boolean): Promise<unknown> {
    const message = await this.next((heard): heard is Answer => isAnswer(heard) && match(heard));
    return message.t === 'result' ? message.result : message.error.code;
  }

  async event<K extends Topic>(topic: K): Promise<Extract<Event, { topic: K }>> {
    const message = await this.next(
      (heard): heard is Extract<DaemonMessage, { t: 'event' }> => heard.t === 'event' && heard.event.topic === topic,
    );
    return message.event as Extract<Event, { topic: K }>;
  }

  #hear(text: string): void {
    const message = DaemonMessage.parse(JSON.parse(text));
    if (message.t === 'result' && typeof message.id === 'number') {
      const method = this.#asked.get(message.id);
      if (method !== undefined) requests[method].result.parse(message.result);
    }
    this.heard.push(message);
    for (const look of this.#waiting.splice(0)) look();
  }
}

type Event = Extract<DaemonMessage, { t: 'event' }>['event'];
type Topic = Event['topic'];
type Answer = Extract<DaemonMessage, { t: 'result' | 'error' }>;

function isAnswer(message: DaemonMessage): message is Answer {
  return message.t === 'result' || message.t === 'error';
}
