import type { EntryBody, PermissionOption, TimelineEntry, ToolContent } from '../../src-shared/wire/timeline.ts';

type Body<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;
/** `unfinished`: the turn ended and the agent never said how the call did. */
type CallStatus = Body<'tool'>['status'] | 'unfinished';
type ToolFields = Omit<Body<'tool'>, 'kind' | 'status'> & { readonly status: CallStatus };
type Actor = Body<'user'>['by'];

/** One tool call with everything its updates said. */
export interface ToolCall extends ToolFields {
  readonly seq: number;
  readonly at: string;
}

export interface PermissionAnswer {
  /** null: nobody answered before the turn ended. */
  readonly option: PermissionOption | null;
  readonly by: Actor | null;
  readonly at: string;
}

/** One row of a conversation. `key` stays the same while the row changes; `seq` is that of its first entry. */
export type ConversationItem = { readonly key: string; readonly seq: number; readonly at: string } & (
  | { readonly kind: 'user'; readonly text: string; readonly by: Actor }
  | { readonly kind: 'message' | 'thought'; readonly text: string }
  | { readonly kind: 'tools'; readonly calls: readonly ToolCall[] }
  | { readonly kind: 'plan'; readonly steps: Body<'plan'>['steps'] }
  | {
      readonly kind: 'permission';
      readonly request: Body<'permission'>;
      readonly answer: PermissionAnswer | null;
    }
  | { readonly kind: 'turn-end'; readonly reason: Body<'turn-end'>['reason']; readonly error: string | null }
  | { readonly kind: 'notice'; readonly level: Body<'notice'>['level']; readonly text: string }
  | { readonly kind: 'other'; readonly type: string; readonly data: string }
);

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type ToolsItem = Extract<ConversationItem, { kind: 'tools' }>;
type PermissionItem = Extract<ConversationItem, { kind: 'permission' }>;
type PlanItem = Extract<ConversationItem, { kind: 'plan' }>;

/** Kinds of calls that change nothing and come in crowds: neighbours of the same kind share one row. */
const SMALL_KINDS: ReadonlySet<string> = new Set(['read', 'search', 'fetch']);

/**
 * Folds a timeline into rows: updates into their tool call, answers into their request, plans of one turn into the first,
 * neighbouring small calls into a group. Entries are in order; the first may be any (older pages not loaded yet).
 */
export function foldConversation(entries: readonly TimelineEntry[]): ConversationItem[] {
  const fold = new Fold();
  for (const entry of entries) fold.add(entry);
  return fold.items;
}

/** Whether two rows would look the same: entries keep their identity, so comparing a few levels is enough. */
export function sameItem(a: ConversationItem, b: ConversationItem): boolean {
  return sameTo(a, b, 3);
}

class Fold {
  readonly items: ConversationItem[] = [];
  readonly #calls = new Map<string, Mutable<ToolCall>>();
  readonly #requests = new Map<string, Mutable<PermissionItem>>();
  #plan: Mutable<PlanItem> | null = null;

  add(entry: TimelineEntry): void {
    const { body } = entry;
    const base = { key: `e${entry.seq}`, seq: entry.seq, at: entry.at };
    switch (body.kind) {
      case 'user':
        this.#plan = null;
        this.items.push({ ...base, kind: 'user', text: body.text, by: body.by });
        return;
      case 'message':
      case 'thought':
        this.items.push({ ...base, kind: body.kind, text: body.text });
        return;
      case 'tool':
        this.#addCall(base, body);
        return;
      case 'tool-update':
        this.#update(base, body);
        return;
      case 'plan':
        this.#addPlan(base, body.steps);
        return;
      case 'permission':
        this.#addRequest(base, body);
        return;
      case 'permission-answer': {
        const request = this.#requests.get(body.requestId);
        // Without its request (an older page) an answer says nothing that could be shown.
        if (request) request.answer = { option: body.option, by: body.by, at: entry.at };
        return;
      }
      case 'turn-end':
        this.#plan = null;
        for (const call of this.#calls.values())
          if (call.status === 'pending' || call.status === 'in_progress') call.status = 'unfinished';
        // An ordinary end needs no words: the agent's last message is the end.
        if (body.reason !== 'end_turn' || body.error !== null)
          this.items.push({ ...base, kind: 'turn-end', reason: body.reason, error: body.error });
        return;
      case 'notice':
        this.items.push({ ...base, kind: 'notice', level: body.level, text: body.text });
        return;
      case 'other':
        this.items.push({ ...base, kind: 'other', type: body.type, data: body.data });
    }
  }

  #addCall(base: { key: string; seq: number; at: string }, body: ToolFields): void {
    const known = this.#calls.get(body.toolCallId);
    if (known) {
      Object.assign(known, toolFields(body));
      return;
    }
    const call: Mutable<ToolCall> = { ...toolFields(body), seq: base.seq, at: base.at };
    this.#calls.set(body.toolCallId, call);
    const last = this.items.at(-1);
    if (last?.kind === 'tools' && SMALL_KINDS.has(call.toolKind) && last.calls[0]?.toolKind === call.toolKind)
      (last.calls as ToolCall[]).push(call);
    else this.items.push({ ...base, kind: 'tools', calls: [call] } satisfies ToolsItem);
  }

  #update(base: { key: string; seq: number; at: string }, update: Body<'tool-update'>): void {
    const known = this.#calls.get(update.toolCallId);
    if (known) Object.assign(known, merged(known, update));
    // Some agents send updates without a call first; and the call may be on an older page.
    else this.#addCall(base, merged(emptyCall(update.toolCallId), update));
  }

  #addPlan(base: { key: string; seq: number; at: string }, steps: PlanItem['steps']): void {
    if (this.#plan) {
      this.#plan.steps = steps;
      return;
    }
    this.#plan = { ...base, kind: 'plan', steps };
    this.items.push(this.#plan);
  }

  #addRequest(base: { key: string; seq: number; at: string }, body: Body<'permission'>): void {
    const call = this.#calls.get(body.toolCallId);
    // Some agents tell command and change with the call alone; whoever decides has to see them.
    const request: Body<'permission'> = call
      ? {
          ...body,
          content: body.content.length > 0 ? body.content : call.content,
          locations: body.locations.length > 0 ? body.locations : call.locations,
          input: body.input ?? call.input,
        }
      : body;
    const item: Mutable<PermissionItem> = { ...base, kind: 'permission', request, answer: null };
    this.#requests.set(body.requestId, item);
    this.items.push(item);
  }
}

function toolFields(body: ToolFields): ToolFields {
  const { toolCallId, title, toolKind, status, content, locations, input, output } = body;
  return { toolCallId, title, toolKind, status, content, locations, input, output };
}

function merged(call: ToolFields, update: Body<'tool-update'>): ToolFields {
  return {
    toolCallId: call.toolCallId,
    title: update.title ?? call.title,
    toolKind: update.toolKind ?? call.toolKind,
    status: update.status ?? call.status,
    content: update.content ?? call.content,
    locations: update.locations ?? call.locations,
    input: update.input ?? call.input,
    output: update.output ?? call.output,
  };
}

function emptyCall(toolCallId: string): ToolFields {
  const content: ToolContent[] = [];
  return {
    toolCallId,
    title: '',
    toolKind: 'other',
    status: 'in_progress',
    content,
    locations: [],
    input: null,
    output: null,
  };
}

function sameTo(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (depth === 0 || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  if (left.length !== Object.keys(b).length) return false;
  return left.every(([key, value]) => sameTo(value, (b as Record<string, unknown>)[key], depth - 1));
}
