import { z } from 'zod';
import { MAX_QUEUED_PROMPTS, QUEUED_TEXT_CHARS } from '../../../../src-shared/limits.ts';
import { QueuedPrompt } from '../../../../src-shared/wire/detail.ts';
import { MAX_QUEUE_BYTES } from '../../limits.ts';
import { jsonBytes, MAX_BODY_BYTES, splitText } from '../../timeline/entry-bounds.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import { AgentError, notSaved } from '../agent-error.ts';
import type { AgentFolder } from '../agent-folder.ts';

/** With its whole text. */
const WaitingPrompt = QueuedPrompt.omit({ whole: true }).extend({ text: z.string() });
export type WaitingPrompt = z.infer<typeof WaitingPrompt>;

const QueueFile = z.strictObject({
  format: z.literal('paseo-queue'),
  version: z.literal(1),
  paused: z.boolean(),
  waiting: z.array(WaitingPrompt).max(MAX_QUEUED_PROMPTS + 1),
  /** The message that is on its way into the timeline, behind entry `after`. */
  sending: z.strictObject({ prompt: WaitingPrompt, after: z.int().min(0) }).nullable(),
});
type QueueFile = z.infer<typeof QueueFile>;

/** Leaves room in a timeline entry for the names of files. */
const MAX_TEXT_BYTES = MAX_BODY_BYTES / 2;

const EMPTY: QueueFile = { format: 'paseo-queue', version: 1, paused: false, waiting: [], sending: null };

/** Messages of one agent that wait for its turn to end, oldest first; on disk before anybody is told so. */
export class PromptQueue {
  readonly #folder: Pick<AgentFolder, 'write' | 'setAside'>;
  readonly #onChange: () => void;
  #file: QueueFile = EMPTY;

  constructor(folder: Pick<AgentFolder, 'write' | 'setAside'>, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  get waiting(): readonly WaitingPrompt[] {
    return this.#file.waiting;
  }

  /** What clients see of them without asking. */
  shown(): QueuedPrompt[] {
    return this.#file.waiting.map(({ text, ...rest }) => {
      const [beginning = ''] = splitText(text, QUEUED_TEXT_CHARS);
      return { ...rest, text: beginning, whole: beginning.length === text.length };
    });
  }

  /** Nothing is sent by itself until a person goes on. */
  get paused(): boolean {
    return this.#file.paused && this.#file.waiting.length > 0;
  }

  /**
   * Takes back what is on disk. What was on its way when the daemon ended, and did not arrive in the timeline, is the first again. A
   * damaged file is set aside, and the timeline says so.
   */
  async restore(stored: unknown, timeline: TimelineLog): Promise<void> {
    if (stored === null) return;
    const { data } = QueueFile.safeParse(stored);
    if (data === undefined) {
      const text = `The messages that waited could not be read. What is left of them is in ${await this.#folder.setAside('queue.json')}.`;
      timeline.append({ kind: 'notice', level: 'warning', text });
      return;
    }
    const { sending } = data;
    const lost = sending !== null && !(await arrived(timeline, sending));
    this.#file = { ...data, sending: null, waiting: lost ? [sending.prompt, ...data.waiting] : data.waiting };
  }

  /** Resolves when it is on disk. Throws {@link AgentError} `too_many` or `not_saved`. */
  async add(prompt: WaitingPrompt): Promise<void> {
    if (this.#file.waiting.length >= MAX_QUEUED_PROMPTS) {
      const full = `${MAX_QUEUED_PROMPTS} messages wait already. Remove one, or wait until the agent has read some.`;
      throw new AgentError('too_many', full);
    }
    await this.#changeTexts([...this.#file.waiting, prompt]);
  }

  /** The whole text. Throws {@link AgentError} `not_found` once it does not wait any more. */
  read(id: string): string {
    return this.#find(id).text;
  }

  /** Throws {@link AgentError} `not_found` once it does not wait any more, `too_large`, `too_many` or `not_saved`. */
  async edit(id: string, text: string): Promise<void> {
    this.#find(id);
    if (jsonBytes(text) > MAX_TEXT_BYTES) {
      throw new AgentError('too_large', 'The message is too long. Send a part of it as a file.');
    }
    await this.#changeTexts(this.#file.waiting.map((prompt) => (prompt.id === id ? { ...prompt, text } : prompt)));
  }

  /** As {@link edit}. */
  async remove(id: string): Promise<void> {
    this.#find(id);
    await this.#change({ waiting: this.#file.waiting.filter((prompt) => prompt.id !== id) });
  }

  /** Throws {@link AgentError} `not_saved`. */
  async setPaused(paused: boolean): Promise<void> {
    if (paused !== this.#file.paused) await this.#change({ paused });
  }

  /**
   * Takes the first message out; null when none waits. `saved`: it is on disk that the message is going to be behind entry
   * `after` of the timeline; when that rejects with {@link AgentError} `not_saved`, it waits on. {@link sent} must follow when it is
   * in the timeline for sure.
   */
  take(after: number): { prompt: WaitingPrompt; saved: Promise<void> } | null {
    const [prompt, ...waiting] = this.#file.waiting;
    if (prompt === undefined) return null;
    return { prompt, saved: this.#change({ waiting, sending: { prompt, after } }) };
  }

  /** The message that was taken is in the timeline, durably. */
  sent(): void {
    if (this.#file.sending === null) return;
    // If this is not written, the timeline itself tells that it arrived.
    this.#change({ sending: null }).catch(() => {});
  }

  #find(id: string): WaitingPrompt {
    const found = this.#file.waiting.find((prompt) => prompt.id === id);
    if (found !== undefined) return found;
    throw new AgentError('not_found', 'This message does not wait any more. It was sent or removed.');
  }

  async #changeTexts(waiting: WaitingPrompt[]): Promise<void> {
    const bytes = jsonBytes(waiting);
    if (bytes > MAX_QUEUE_BYTES && bytes > jsonBytes(this.#file.waiting)) {
      const full = 'The messages that wait are too long together. Remove one, or wait until the agent has read some.';
      throw new AgentError('too_many', full);
    }
    await this.#change({ waiting });
  }

  /** In memory at once, so that whatever comes next sees it; back again when it cannot be saved. */
  async #change(change: Partial<QueueFile>): Promise<void> {
    const before = this.#file;
    const after = { ...before, ...change };
    this.#file = after;
    this.#onChange();
    try {
      await this.#folder.write('queue.json', after);
    } catch (cause) {
      if (this.#file === after) this.#file = before;
      this.#onChange();
      throw notSaved('The queue could not be saved', cause);
    }
  }
}

async function arrived(timeline: TimelineLog, { prompt, after }: NonNullable<QueueFile['sending']>): Promise<boolean> {
  let found = false;
  await timeline.visitBackward(({ seq, body }) => {
    found ||= seq > after && body.kind === 'user' && body.text === prompt.text;
    return !found && seq > after;
  });
  return found;
}
