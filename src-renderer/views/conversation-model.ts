import type { TimelineEntry, ToolContent } from '../../src-shared/wire/timeline.ts';
import type { Body, ConversationItem, ItemOf, ToolCall, ToolFields } from './conversation-items.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
interface Base {
  readonly key: string;
  readonly seq: number;
  readonly at: string;
}

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

class Fold {
  readonly items: ConversationItem[] = [];
  readonly #calls = new Map<string, Mutable<ToolCall>>();
  readonly #requests = new Map<string, Mutable<ItemOf<'permission'>>>();
  readonly #questions = new Map<string, Mutable<ItemOf<'question'>>>();
  #plan: Mutable<ItemOf<'plan'>> | null = null;

  add(entry: TimelineEntry): void {
    const { body } = entry;
    const base = { key: `e${entry.seq}`, seq: entry.seq, at: entry.at };
    switch (body.kind) {
      case 'user':
        this.#plan = null;
        this.items.push({ ...base, ...body, attachments: body.attachments ?? [], mentions: body.mentions ?? [] });
        return;
      case 'message':
      case 'thought':
      case 'content':
      case 'option':
      case 'notice':
      case 'other':
        this.items.push({ ...base, ...body });
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
      case 'question': {
        const item: Mutable<ItemOf<'question'>> = { ...base, kind: 'question', question: body, answer: null };
        this.#questions.set(body.questionId, item);
        this.items.push(item);
        return;
      }
      case 'question-answer': {
        const { action, values, by } = body;
        const item = this.#questions.get(body.questionId);
        if (item) item.answer = { action, values, by, at: entry.at };
        return;
      }
      case 'turn-end':
        this.#plan = null;
        for (const call of this.#calls.values())
          if (call.status === 'pending' || call.status === 'in_progress') call.status = 'unfinished';
        // An ordinary end needs no words: the agent's last message is the end.
        if (body.reason !== 'end_turn' || body.error !== null || body.tokens != null)
          this.items.push({ ...base, ...body, tokens: body.tokens ?? null });
    }
  }

  #addCall(base: Base, body: ToolFields): void {
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
    else this.items.push({ ...base, kind: 'tools', calls: [call] } satisfies ItemOf<'tools'>);
  }

  #update(base: Base, update: Body<'tool-update'>): void {
    const known = this.#calls.get(update.toolCallId);
    if (known) Object.assign(known, merged(known, update));
    // Some agents send updates without a call first; and the call may be on an older page.
    else this.#addCall(base, merged(emptyCall(update.toolCallId), update));
  }

  #addPlan(base: Base, steps: ItemOf<'plan'>['steps']): void {
    if (this.#plan) {
      this.#plan.steps = steps;
      return;
    }
    this.#plan = { ...base, kind: 'plan', steps };
    this.items.push(this.#plan);
  }

  #addRequest(base: Base, body: Body<'permission'>): void {
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
    const item: Mutable<ItemOf<'permission'>> = { ...base, kind: 'permission', request, answer: null };
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
