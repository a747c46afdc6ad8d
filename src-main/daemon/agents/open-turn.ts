import type { EntryBody, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';

/** Entries of an open turn that are looked at when a daemon goes on with it; the oldest are left out of a longer one. */
const MAX_ENTRIES = 4096;

/** How the last turn ended. */
interface LastEnd extends Omit<Extract<EntryBody, { kind: 'turn-end' }>, 'kind'> {
  readonly at: string;
}

interface TimelineTail {
  /** A turn began whose end is not there. */
  readonly open: boolean;
  /** Of the open turn, or after the last one: requests, answers and tool calls, oldest first. */
  readonly entries: TimelineEntry[];
  /** null while a turn is open, or none has ended. */
  readonly last: LastEnd | null;
  /** Time of the newest entry. */
  readonly lastAt: string | null;
}

/** Looks back from the end of a log to where its last turn began or ended. */
export async function timelineTail(timeline: TimelineLog): Promise<TimelineTail> {
  let open = false;
  let last: LastEnd | null = null;
  let lastAt: string | null = null;
  const entries: TimelineEntry[] = [];
  await timeline.visitBackward((entry) => {
    const { at, body } = entry;
    lastAt ??= at;
    open = body.kind === 'user';
    if (body.kind === 'turn-end') last = { ...body, at };
    const text = body.kind === 'message' || body.kind === 'thought';
    if (!text && entries.length < MAX_ENTRIES) entries.push(entry);
    return body.kind !== 'user' && body.kind !== 'turn-end';
  });
  return { open, entries: entries.reverse(), last, lastAt };
}

/** What a conversation began with; null when that is not on its first pages. */
export async function firstMessage(timeline: TimelineLog): Promise<Extract<EntryBody, { kind: 'user' }> | null> {
  const entries = await timeline.page(FIRST_ENTRIES + 1, FIRST_ENTRIES);
  return entries.map(({ body }) => body).find((body) => body.kind === 'user') ?? null;
}

const FIRST_ENTRIES = 100;

/** The newest message of a person. `heard`: the agent has said something since, so it was given the message. */
interface LastMessage {
  readonly message: Extract<EntryBody, { kind: 'user' }>;
  readonly heard: boolean;
}

/** null when there is none. */
export async function lastMessage(timeline: TimelineLog): Promise<LastMessage | null> {
  let message: LastMessage['message'] | null = null;
  let heard = false;
  await timeline.visitBackward(({ body }) => {
    if (body.kind === 'user') message = body;
    else heard ||= SAID.has(body.kind);
    return message === null;
  });
  return message && { message, heard };
}

const SAID: ReadonlySet<EntryBody['kind']> = new Set(['message', 'thought', 'tool', 'plan', 'permission', 'question']);
