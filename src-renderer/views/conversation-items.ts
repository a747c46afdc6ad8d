import type { ContentBlock } from '../../src-shared/wire/content.ts';
import type { EntryBody, PermissionOption } from '../../src-shared/wire/timeline.ts';

export type Body<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;
/** `unfinished`: the turn ended and the agent never said how the call did. */
type CallStatus = Body<'tool'>['status'] | 'unfinished';
export type ToolFields = Omit<Body<'tool'>, 'kind' | 'status'> & { readonly status: CallStatus };
type Actor = Body<'user'>['by'];

/** One tool call with everything its updates said. */
export interface ToolCall extends ToolFields {
  readonly seq: number;
  readonly at: string;
}

export interface PermissionAnswer {
  /** null: nobody answered before the turn ended, or `by` refused where the agent offers no way to say no. */
  readonly option: PermissionOption | null;
  readonly by: Actor;
  readonly at: string;
}

export interface QuestionAnswer {
  readonly action: Body<'question-answer'>['action'];
  readonly values: Body<'question-answer'>['values'];
  readonly by: Actor;
  readonly at: string;
}

type Of<K extends EntryBody['kind']> = Readonly<Omit<Body<K>, 'kind'>>;

/** One row of a conversation. `key` stays the same while the row changes; `seq` is that of its first entry. */
export type ConversationItem = { readonly key: string; readonly seq: number; readonly at: string } & (
  | {
      readonly kind: 'user';
      readonly text: string;
      readonly by: Actor;
      readonly attachments: NonNullable<Body<'user'>['attachments']>;
      readonly mentions: readonly string[];
    }
  | { readonly kind: 'message' | 'thought'; readonly text: string }
  | { readonly kind: 'content'; readonly from: Body<'content'>['from']; readonly block: ContentBlock }
  | { readonly kind: 'tools'; readonly calls: readonly ToolCall[] }
  | ({ readonly kind: 'plan' } & Of<'plan'>)
  | {
      readonly kind: 'permission';
      readonly request: Body<'permission'>;
      readonly answer: PermissionAnswer | null;
    }
  | { readonly kind: 'question'; readonly question: Body<'question'>; readonly answer: QuestionAnswer | null }
  | ({ readonly kind: 'option' } & Of<'option'>)
  | {
      readonly kind: 'turn-end';
      readonly reason: Body<'turn-end'>['reason'];
      readonly error: string | null;
      readonly tokens: NonNullable<Body<'turn-end'>['tokens']> | null;
    }
  | ({ readonly kind: 'notice' } & Of<'notice'>)
  | ({ readonly kind: 'other' } & Of<'other'>)
);

export type ItemOf<K extends ConversationItem['kind']> = Extract<ConversationItem, { kind: K }>;

/** Whether a person has to answer this. */
export function isOpenRequest(item: ConversationItem): boolean {
  return (item.kind === 'permission' || item.kind === 'question') && item.answer === null;
}

/** Whether two rows would look the same: entries keep their identity, so comparing a few levels is enough. */
export function sameItem(a: ConversationItem, b: ConversationItem): boolean {
  return sameTo(a, b, 3);
}

function sameTo(a: unknown, b: unknown, depth: number): boolean {
  if (Object.is(a, b)) return true;
  if (depth === 0 || typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const left = Object.entries(a);
  if (left.length !== Object.keys(b).length) return false;
  return left.every(([key, value]) => sameTo(value, (b as Record<string, unknown>)[key], depth - 1));
}
