import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Clock } from '../../../src-shared/clock.ts';
import type { EntryBody } from '../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import { Chunk, Plan, SessionInfo, ToolCall } from './acp-schema.ts';
import { statedFields, toolCallId, wholeToolCall } from './tool-call.ts';
import type { ToolFields } from './tool-call.ts';

/** Tool calls whose last state is remembered; an update to an older one is shown as a call of its own. */
const MAX_KNOWN_TOOLS = 512;
const MAX_STEPS = 200;

/**
 * State of the session rather than something that happened: nothing in a transcript refers to it, and some agents repeat it
 * with every token. Kept out of the timeline.
 */
const SESSION_STATE = new Set(['available_commands_update', 'usage_update']);
const Typed = z.looseObject({ sessionUpdate: z.string() });

/**
 * Updates of a running tool repeat all of its output so far; between two that are recorded, later ones replace earlier ones for
 * this long. A change of status is recorded at once.
 */
const TOOL_UPDATE_MS = 500;

interface KnownTool {
  shown: Pick<ToolFields, 'title' | 'toolKind'>;
  /** Clock time of the last recorded update, and what was stated since. */
  at: number;
  held: Partial<ToolFields>;
  /** Digest of each field as last recorded: agents repeat all of them in every update. */
  readonly digests: Map<string, string>;
}

/** Repeated at every start and after every change of anything: recorded when it differs from the last one. */
const REPEATED = new Set(['current_mode_update', 'config_option_update']);

/** Turns the session updates of one agent into timeline entries. What it does not know becomes `other`; nothing is dropped. */
export class UpdateRecorder {
  readonly #timeline: Pick<TimelineLog, 'append' | 'extend'>;
  readonly #onTitle: (title: string) => void;
  readonly #clock: Clock;
  readonly #tools = new Map<string, KnownTool>();
  readonly #lastOther = new Map<string, string>();
  #cancelTimer: (() => void) | null = null;

  constructor(timeline: Pick<TimelineLog, 'append' | 'extend'>, onTitle: (title: string) => void, clock: Clock) {
    this.#timeline = timeline;
    this.#onTitle = onTitle;
    this.#clock = clock;
  }

  record(update: unknown): void {
    const typed = Typed.safeParse(update);
    if (!typed.success) return this.#other('malformed', update);
    const type = typed.data.sessionUpdate;
    const { data } = typed;
    switch (type) {
      case 'agent_message_chunk':
        return this.#chunk('message', type, data);
      case 'agent_thought_chunk':
        return this.#chunk('thought', type, data);
      case 'tool_call':
      case 'tool_call_update':
        return this.#tool(type, data);
      case 'plan':
        return this.#plan(type, data);
      case 'session_info_update': {
        const { data: info } = SessionInfo.safeParse(data);
        return info?.title ? this.#onTitle(info.title) : undefined;
      }
      default:
        return SESSION_STATE.has(type) ? undefined : this.#other(type, data);
    }
  }

  /** Records what is held back now: before something that must come after it, and before the timeline is closed. */
  settle(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    for (const [id, known] of this.#tools) this.#recordHeld(id, known);
  }

  /** What is known of the tool call that a permission request is about. */
  known(call: ToolCall): Partial<ToolFields> {
    return this.#tools.get(toolCallId(call))?.shown ?? {};
  }

  #chunk(kind: 'message' | 'thought', type: string, update: unknown): void {
    const chunk = Chunk.safeParse(update);
    const text = chunk.data?.content.type === 'text' ? chunk.data.content.text : undefined;
    if (text === undefined) return this.#other(type, update);
    if (text !== '') this.#timeline.extend(kind, text);
  }

  #tool(type: string, update: unknown): void {
    const parsed = ToolCall.safeParse(update);
    if (!parsed.success) return this.#other(type, update);
    const id = toolCallId(parsed.data);
    const known = this.#tools.get(id);
    if (known === undefined) return this.#newTool(wholeToolCall(parsed.data));
    known.held = { ...known.held, ...statedFields(parsed.data) };
    const { status } = known.held;
    const calm = status === undefined || known.digests.get('status') === digest(status);
    if (!calm || this.#clock.now() - known.at >= TOOL_UPDATE_MS) return this.#recordHeld(id, known);
    this.#cancelTimer ??= this.#clock.after(TOOL_UPDATE_MS, () => this.settle());
  }

  #newTool(tool: ToolFields): void {
    const { title, toolKind } = tool;
    const digests = new Map(Object.entries(tool).map(([name, value]) => [name, digest(value)]));
    this.#timeline.append({ kind: 'tool', ...tool });
    this.#tools.set(tool.toolCallId, { shown: { title, toolKind }, at: this.#clock.now(), held: {}, digests });
    const [oldest] = this.#tools;
    if (this.#tools.size <= MAX_KNOWN_TOOLS || oldest === undefined) return;
    this.#recordHeld(...oldest);
    this.#tools.delete(oldest[0]);
  }

  #recordHeld(id: string, known: KnownTool): void {
    const changed = Object.entries(known.held).filter(([name, value]) => known.digests.get(name) !== digest(value));
    known.held = {};
    known.at = this.#clock.now();
    if (changed.length === 0) return;
    for (const [name, value] of changed) known.digests.set(name, digest(value));
    const body: EntryBody = { kind: 'tool-update', toolCallId: id, ...Object.fromEntries(changed) };
    const { title = known.shown.title, toolKind = known.shown.toolKind } = body;
    known.shown = { title, toolKind };
    this.#timeline.append(body);
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
    this.#timeline.append({ kind: 'plan', steps });
  }

  #other(type: string, update: unknown): void {
    const data = JSON.stringify(update) ?? 'null';
    if (REPEATED.has(type) && this.#lastOther.get(type) === digest(data)) return;
    if (REPEATED.has(type)) this.#lastOther.set(type, digest(data));
    this.#timeline.append({ kind: 'other', type: type.slice(0, 128), data });
  }
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
