import { browserPort, portConnection } from '../../src-shared/client/port-connection.ts';
import { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../../src-shared/client/outbox-store.ts';
import type { MessageConnection } from '../../src-shared/channel/message-connection.ts';
import type { Watchable } from '../../src-shared/watchable.ts';
import type { RequestErrorCode } from '../../src-shared/wire/messages.ts';
import { ClientMessage } from '../../src-shared/wire/messages.ts';
import { type Params, type Result, requests } from '../../src-shared/wire/requests.ts';

type Part = Params<'attachment.upload'>;
export type PartAnswer = Result<'attachment.upload'> | RequestErrorCode;

/** A daemon's side of the wire that takes uploads and nothing else, and a client of it. `answer` may be changed at any time. */
export class UploadPeer {
  readonly parts: Part[] = [];
  readonly client: DaemonClient;
  answer: (part: Part) => PartAnswer | Promise<PartAnswer>;
  #connection: MessageConnection | null = null;

  constructor(answer: UploadPeer['answer']) {
    this.answer = answer;
    this.client = new DaemonClient({
      connect: () => Promise.resolve(this.#connect()),
      hello: {
        protocol: 1,
        clientKind: 'desktop',
        appVersion: '0.0.0',
        deviceName: 'Test',
        platform: 'test',
        capabilities: [],
      },
      localHello: true,
      outbox: memoryOutboxStore('a'.repeat(32)),
      topics: [],
      random: () => 0,
    });
    this.client.start();
  }

  async cut(): Promise<void> {
    await this.#connection?.close('fin');
  }

  async stop(): Promise<void> {
    await this.client.stop();
    await this.cut();
  }

  #connect(): MessageConnection {
    const { port1, port2 } = new MessageChannel();
    const connection = (this.#connection = portConnection(browserPort(port2)));
    connection.attach({ message: (text) => void this.#message(connection, text) });
    return portConnection(browserPort(port1));
  }

  async #message(connection: MessageConnection, text: string): Promise<void> {
    const message = ClientMessage.parse(JSON.parse(text));
    const send = (reply: object) => connection.send(JSON.stringify(reply));
    if (message.t === 'hello') {
      const about = { protocol: 1, daemonName: 'desk', daemonVersion: '0.0.0', role: 'owner', deviceId: null };
      return send({ t: 'welcome', ...about, routes: null, lastCommand: 0 });
    }
    if (message.t !== 'query') return;
    const part = requests['attachment.upload'].params.parse(message.params);
    this.parts.push(part);
    const answer = await this.answer(part);
    if (typeof answer === 'string')
      send({ t: 'error', id: message.id, error: { code: answer, message: `This is ${answer}.` } });
    else send({ t: 'result', id: message.id, result: answer });
  }
}

/** Resolves with the first value, now or later, that satisfies `test`. */
export function until<T, U extends T>(source: Watchable<T>, test: (value: T) => value is U): Promise<U>;
export function until<T>(source: Watchable<T>, test: (value: T) => boolean): Promise<T>;
export function until<T>(source: Watchable<T>, test: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    const look = (value: T) => {
      if (!test(value)) return;
      end();
      resolve(value);
    };
    const end = source.subscribe(look);
    look(source.get());
  });
}
