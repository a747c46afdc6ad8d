import type { QueuedPrompt } from '../../../src-shared/wire/detail.ts';
import type { Actor, EntryBody } from '../../../src-shared/wire/timeline.ts';
import type { Logger } from '../../platform/logger.ts';
import { jsonBytes, MAX_BODY_BYTES } from '../timeline/entry-bounds.ts';
import { randomId } from '../timeline/random-id.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import { AgentError } from './agent-error.ts';
import type { AgentRecord } from './agent-folder.ts';
import type { PromptInput, PromptPlace } from './agent-service.ts';
import type { AgentAttachments } from './prompts/attachment-store.ts';
import { lastMessage } from './open-turn.ts';
import { checkMentions, promptBlocks } from './prompts/prompt-content.ts';
import type { PromptQueue } from './prompts/prompt-queue.ts';
import type { SessionState } from './acp/session-state.ts';
import type { TurnRunner } from './turn-runner.ts';
import type { UploadStore } from './prompts/upload-store.ts';

/** What a turn begins with. */
type Message = Pick<QueuedPrompt, 'text' | 'attachments' | 'mentions' | 'by'>;

interface InboxOptions {
  readonly cwd: string;
  readonly timeline: TimelineLog;
  readonly attachments: AgentAttachments;
  readonly uploads: UploadStore;
  readonly state: SessionState;
  readonly queue: PromptQueue;
  readonly turns: TurnRunner;
  readonly date: () => Date;
  readonly logger: Logger;
  /** Why no turn may begin now; null when one may. */
  readonly closed: () => AgentError | null;
  /** It is not known yet how the turn of an earlier daemon went on: the queue rests. */
  readonly recovering: () => boolean;
  readonly onBegin: (message: Message) => void;
}

/** What people say to one agent: a turn of its own, or a place in the queue. */
export class AgentInbox {
  readonly #options: InboxOptions;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** As `AgentService.prompt`. */
  async prompt({ text, attachments, mentions }: PromptInput, by: Actor): Promise<PromptPlace> {
    this.#checkOpen();
    if (text.trim() === '' && attachments.length === 0) {
      throw new AgentError('bad_request', 'The message is empty. Write something, or send a file.');
    }
    const { cwd, uploads, turns, queue, date } = this.#options;
    await checkMentions(cwd, mentions);
    const owner = by.deviceId ?? 'owner';
    const files = attachments.length === 0 ? [] : await uploads.take(owner, attachments, this.#options.attachments);
    // Who has just stopped a turn means the message for after it.
    for (let end = turns.ending; end !== null; end = turns.ending) await end;
    this.#checkOpen();
    const message = { text, attachments: files, mentions: [...mentions], by };
    // What is in the timeline is sent again after a crash, so it must be whole.
    if (jsonBytes(entryOf(message)) > MAX_BODY_BYTES)
      throw new AgentError('too_large', 'The message is too long. Send a part of it as a file.');
    if (!turns.busy) return { seq: await this.#beginAnew(message), queuedId: null };
    const queuedId = randomId();
    await queue.add({ id: queuedId, ...message, at: date().toISOString() });
    // The turn may have ended meanwhile.
    this.goOn();
    return { seq: null, queuedId };
  }

  /** As `AgentService.resume`. */
  async resume(by: Actor, record: () => Pick<AgentRecord, 'state' | 'sent'>): Promise<{ seq: number }> {
    const { timeline, turns } = this.#options;
    this.#checkOpen();
    const last = await lastMessage(timeline);
    this.#checkOpen();
    if (turns.busy) throw new AgentError('busy', 'The agent is working already.');
    const { state, sent } = record();
    if (last === null || !['interrupted', 'failed', 'stopped'].includes(state)) {
      throw new AgentError('bad_request', 'There is no turn to go on with. Send a message.');
    }
    const { text, attachments = [], mentions = [] } = last.message;
    // A record may be one write behind what a daemon that was killed had done.
    const given = sent !== null || last.heard;
    return { seq: await this.#beginAnew(given ? { ...GO_ON, by } : { text, attachments, mentions, by }) };
  }

  async resumeQueue(): Promise<void> {
    this.#checkOpen();
    await this.#options.queue.setPaused(false);
    this.goOn();
  }

  /** Begins a turn with the first message of the queue, if it is its time. */
  goOn(): void {
    const { turns, queue, timeline, closed, recovering } = this.#options;
    if (turns.busy || queue.paused || closed() !== null || recovering()) return;
    const taken = queue.take(timeline.lastSeq);
    if (taken === null) return;
    // What goes wrong is in the timeline and in the log.
    this.#begin(taken.prompt, taken.saved).catch(() => {});
  }

  /** A person goes on, and the queue after it. */
  async #beginAnew(message: Message): Promise<number> {
    const { queue, logger } = this.#options;
    const saved = queue.setPaused(false).catch((error: unknown) => {
      logger.warn({ err: error }, 'a queue could not be saved');
    });
    return this.#begin(message, saved);
  }

  /** `ready`: what must be on disk before the message is in the timeline. */
  async #begin(message: Message, ready: Promise<void>): Promise<number> {
    const { cwd, timeline, attachments, state, turns, queue, logger, onBegin } = this.#options;
    turns.begin();
    try {
      await ready;
      const { seq } = timeline.append(entryOf(message));
      onBegin(message);
      await timeline.flush();
      queue.sent();
      void turns.run(message.text, () => promptBlocks(message, { cwd, capabilities: state.capabilities, attachments }));
      return seq;
    } catch (error) {
      logger.error({ err: error }, 'a prompt could not be saved');
      turns.end('failed', `${NOT_SAVED} Free some disk space and send it again.`);
      throw new AgentError('not_saved', `${NOT_SAVED} Free some disk space.`, { cause: error });
    }
  }

  #checkOpen(): void {
    const refusal = this.#options.closed();
    if (refusal !== null) throw refusal;
  }
}

function entryOf({ text, attachments, mentions, by }: Message): EntryBody {
  const files = attachments.length > 0 && { attachments };
  return { kind: 'user', text, by, ...files, ...(mentions.length > 0 && { mentions }) };
}

const NOT_SAVED = 'The message could not be saved and was not sent.';
/** What an agent is told that has its session again. */
const GO_ON = { text: 'Continue where you left off.', attachments: [], mentions: [] };
