import { z } from 'zod';

/** How long other tabs have to say that they live. A tab that is frozen by the system counts as gone; see `outboxRecords`. */
const ANSWER_MS = 200;

const TabMessage = z.discriminatedUnion('say', [
  z.strictObject({ say: z.literal('who'), from: z.string().max(64) }),
  z.strictObject({ say: z.literal('here'), from: z.string().max(64) }),
]);
type TabMessage = z.infer<typeof TabMessage>;

/** The part of BroadcastChannel that is used. */
interface TabChannel {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void;
  close(): void;
}

/**
 * Which tabs of this page are open. Works without Web Locks, which pages over plain http do not have.
 * `id` names this page load: a reloaded or duplicated tab gets another one.
 */
export class LiveTabs {
  readonly id: string;
  readonly #channel: TabChannel;
  readonly #heard = new Set<string>();

  constructor(id: string, channel: TabChannel) {
    this.id = id;
    this.#channel = channel;
  }

  /** Starts answering other tabs. */
  start(): void {
    this.#channel.addEventListener('message', (event) => {
      const message = TabMessage.safeParse(event.data);
      if (!message.success || message.data.from === this.id) return;
      this.#heard.add(message.data.from);
      if (message.data.say === 'who') this.#say('here');
    });
  }

  /** Ids of the other tabs that are open now. */
  async others(): Promise<ReadonlySet<string>> {
    this.#heard.clear();
    this.#say('who');
    await new Promise((resolve) => setTimeout(resolve, ANSWER_MS));
    return new Set(this.#heard);
  }

  stop(): void {
    this.#channel.close();
  }

  #say(say: TabMessage['say']): void {
    this.#channel.postMessage({ say, from: this.id } satisfies TabMessage);
  }
}
