import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import type { TimelineEntry } from '../../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import { Chunk, Compaction, CompactionChunk, Notice, Plan, SessionInfo, ToolCall } from '../acp/acp-schema.ts';
import type { Content } from '../acp/acp-schema.ts';
import { ModelFailure } from '../acp/model-failure.ts';
import type { SessionState } from '../acp/session-state.ts';
import type { KeepFile } from './shown-content.ts';
import { shownBlock } from './shown-content.ts';
import type { ToolFields } from './tool-call.ts';
import { ToolRecorder } from './tool-recorder.ts';
import { UserWords } from './user-words.ts';

const MAX_STEPS = 200;
const Typed = z.looseObject({ sessionUpdate: z.string() });

export interface UpdateRecorderOptions {
  readonly timeline: Pick<TimelineLog, 'append' | 'extend'>;
  readonly state: Pick<SessionState, 'update'>;
  /** Files that the agent shows. */
  readonly attachments: { readonly keep: KeepFile };
  readonly clock: Clock;
  readonly onTitle: (title: string) => void;
}

/** Turns the session updates of one agent into timeline entries. What it does not know becomes `other`; nothing is dropped. */
export class UpdateRecorder {
  readonly #options: UpdateRecorderOptions;
  readonly #tools: ToolRecorder;
  readonly #user: UserWords;
  readonly #failure = new ModelFailure();
  /** The agent's name of the message, and of the thought, that is being told; null for one without a name. */
  readonly #messages = new Map<'message' | 'thought', string | null>();
  /** Compactions whose summary was told in pieces. */
  #summarised: string | null = null;
  readonly #lastOdd = new Map<string, string>();

  constructor(options: UpdateRecorderOptions) {
    this.#options = options;
    const { timeline, clock, attachments } = options;
    this.#tools = new ToolRecorder({ timeline, clock, keep: attachments.keep });
    this.#user = new UserWords(timeline, attachments.keep);
  }

  /** A prompt is on its way: the agent's echo of it is known. */
  beginTurn(prompt: string): void {
    this.#failure.take();
    this.#messages.clear();
    this.#user.sent(prompt);
  }

  record(update: unknown): void {
    const typed = Typed.safeParse(update);
    if (!typed.success) return this.#other('malformed', update);
    const type = typed.data.sessionUpdate;
    const { data } = typed;
    if (type !== 'user_message_chunk') this.#user.settle();
    switch (type) {
      case 'agent_message_chunk':
        return this.#chunk('message', type, data);
      case 'agent_thought_chunk':
        return this.#chunk('thought', type, data);
      case 'user_message_chunk': {
        const chunk = Chunk.safeParse(data);
        return chunk.success && this.#user.add(chunk.data) ? undefined : this.#other(type, data);
      }
      case 'tool_call':
      case 'tool_call_update': {
        const call = ToolCall.safeParse(data);
        return call.success ? this.#tools.record(call.data) : this.#other(type, data);
      }
      case 'plan':
        return this.#plan(type, data);
      case 'notice':
        return this.#notice(type, data);
      case 'compaction_update':
        return this.#compaction(type, data);
      case 'compaction_summary_chunk': {
        const chunk = CompactionChunk.safeParse(data);
        if (!chunk.success || !this.#content('thought', chunk.data.content)) return this.#other(type, data);
        this.#summarised = chunk.data.compactionId;
        return;
      }
      case 'session_info_update':
        return this.#info(data);
      case 'current_mode_update':
      case 'config_option_update':
      case 'available_commands_update':
      case 'usage_update':
        return this.#state(type, data);
      default:
        return this.#other(type, data);
    }
  }

  /** What an agent repeats of what is told already: only the state of its session counts. */
  observe(update: unknown): void {
    const { data } = Typed.safeParse(update);
    if (data === undefined) return;
    this.#options.state.update(data.sessionUpdate, data);
    const info = data.sessionUpdate === 'session_info_update' ? SessionInfo.safeParse(data).data : undefined;
    if (info?.title) this.#options.onTitle(info.title);
  }

  /** What an agent tells of a session that is being imported. {@link endReplay} follows the last one. */
  replay(update: unknown): void {
    this.#user.importing = true;
    this.record(update);
  }

  endReplay(): void {
    this.settle();
    this.#user.endImport();
    this.#failure.take();
    this.#messages.clear();
  }

  /** Records what is held back now: before something that must come after it, and before the timeline is closed. */
  settle(): void {
    this.#user.settle();
    this.#tools.settle();
    const failure = this.#failure.settle();
    if (failure !== null) this.#options.timeline.append({ kind: 'notice', level: 'error', text: failure });
  }

  /** What is known of the tool call that a permission request is about. */
  known(call: ToolCall): Partial<ToolFields> {
    return this.#tools.known(call);
  }

  /** Entries of the open turn that an earlier run of the daemon wrote, oldest first. Records nothing. */
  remember(entries: readonly TimelineEntry[]): void {
    this.#tools.remember(entries);
  }

  /**
   * An error of the model that the agent told as if all was well; null when there was none. Asked when the prompt is answered: the
   * turn has failed then, whatever the answer says.
   */
  takeFailure(): string | null {
    return this.#failure.take();
  }

  #chunk(kind: 'message' | 'thought', type: string, update: unknown): void {
    const chunk = Chunk.safeParse(update);
    if (!chunk.success) return this.#other(type, update);
    const { content, messageId } = chunk.data;
    if (kind === 'message' && this.#failure.takes(content, messageId)) return;
    if (content.type === 'text' && content.text) this.#message(kind, messageId ?? null);
    if (!this.#content(kind, content)) this.#other(type, update);
  }

  /** A new message is an entry of its own, also when nothing came in between. */
  #message(kind: 'message' | 'thought', id: string | null): void {
    const before = this.#messages.get(kind);
    this.#messages.set(kind, id);
    if (before !== undefined && before !== id) this.#options.timeline.append({ kind, text: '' });
  }

  /** False when it cannot be shown. */
  #content(kind: 'message' | 'thought', content: Content): boolean {
    const { timeline, attachments } = this.#options;
    if (content.type === 'text' && content.text != null) {
      if (content.text !== '') timeline.extend(kind, content.text);
      return true;
    }
    const block = shownBlock(content, attachments.keep);
    if (block !== null) timeline.append({ kind: 'content', from: kind, block });
    return block !== null;
  }

  #plan(type: string, update: unknown): void {
    const plan = Plan.safeParse(update);
    if (!plan.success) return this.#other(type, update);
    const steps = plan.data.entries.slice(0, MAX_STEPS).map(({ content, status, priority }) => ({
      text: content,
      status: status.slice(0, 32),
      priority: priority.slice(0, 32),
    }));
    const missing = plan.data.entries.length - steps.length;
    if (missing > 0) steps.push({ text: `… [cut: ${missing} more steps]`, status: 'pending', priority: 'low' });
    this.#options.timeline.append({ kind: 'plan', steps });
  }

  #notice(type: string, update: unknown): void {
    const { data } = Notice.safeParse(update);
    if (data === undefined) return this.#other(type, update);
    const { severity, title, description } = data;
    const level = severity === 'warning' || severity === 'error' ? severity : 'info';
    this.#options.timeline.append({ kind: 'notice', level, text: description ? `${title}\n${description}` : title });
  }

  #compaction(type: string, update: unknown): void {
    const { data } = Compaction.safeParse(update);
    if (data === undefined) return this.#other(type, update);
    const { compactionId, status, summary, error } = data;
    const told = COMPACTION.get(status);
    const { level, text } = told ?? { level: 'info' as const, text: `Making the conversation shorter: ${status}.` };
    if (this.#repeated(type, [compactionId, status, summary, error])) return;
    this.#options.timeline.append({ kind: 'notice', level, text: error ? `${text} ${error}` : text });
    // The same words again as a whole.
    if (this.#summarised === compactionId) return;
    for (const content of summary ?? []) this.#content('thought', content);
  }

  #info(update: unknown): void {
    const { data } = SessionInfo.safeParse(update);
    if (data?.title) this.#options.onTitle(data.title);
    const thread = data?._meta?.codex?.threadStatus?.type;
    const survived = thread === undefined ? null : this.#failure.thread(thread);
    if (survived !== null) this.#options.timeline.append({ kind: 'notice', level: 'warning', text: survived });
  }

  #state(type: string, update: unknown): void {
    const changes = this.#options.state.update(type, update);
    // Agents repeat the state of their session at every step.
    if (changes === null && !this.#repeated(type, update)) return this.#other(type, update);
    for (const change of changes ?? []) this.#options.timeline.append({ kind: 'option', ...change, by: null });
  }

  #repeated(type: string, value: unknown): boolean {
    const digest = createHash('sha256').update(JSON.stringify(value)).digest('base64');
    const same = this.#lastOdd.get(type) === digest;
    this.#lastOdd.set(type, digest);
    return same;
  }

  #other(type: string, update: unknown): void {
    const data = JSON.stringify(update) ?? 'null';
    this.#options.timeline.append({ kind: 'other', type: type.slice(0, 128), data });
  }
}

const COMPACTION: ReadonlyMap<string, { level: 'info' | 'warning'; text: string }> = new Map([
  ['in_progress', { level: 'info', text: 'The agent is making the conversation shorter for its model.' }],
  ['completed', { level: 'info', text: 'The agent made the conversation shorter for its model.' }],
  ['failed', { level: 'warning', text: 'The agent could not make the conversation shorter.' }],
  ['cancelled', { level: 'info', text: 'Making the conversation shorter was stopped.' }],
] as const);
