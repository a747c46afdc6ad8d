import type { ToolCall } from './conversation-model.ts';
import { diffCounts, diffLines } from './diff-lines.ts';
import type { DiffLine } from './diff-lines.ts';
import { z } from 'zod';
import type { ToolContent } from '../../src-shared/wire/timeline.ts';
import { folderName, revealHidden } from './visible-text.ts';

interface Verbs {
  readonly done: string;
  readonly doing: string;
  /** What a group of such calls counts. */
  readonly things: string;
}

const VERBS: Readonly<Record<string, Verbs>> = {
  read: { done: 'Read', doing: 'Reading', things: 'files' },
  edit: { done: 'Edited', doing: 'Editing', things: 'files' },
  delete: { done: 'Deleted', doing: 'Deleting', things: 'files' },
  move: { done: 'Moved', doing: 'Moving', things: 'files' },
  search: { done: 'Searched', doing: 'Searching', things: 'times' },
  execute: { done: 'Ran', doing: 'Running', things: 'commands' },
  fetch: { done: 'Fetched', doing: 'Fetching', things: 'pages' },
};

const CommandInput = z.looseObject({ command: z.union([z.string(), z.array(z.string()).min(1)]) });

/** What the one line of a tool call says: "Ran", "npm test", "failed". */
export function toolWords(call: Pick<ToolCall, 'toolKind' | 'status' | 'title' | 'content' | 'locations' | 'input'>): {
  verb: string;
  target: string;
  isCode: boolean;
  result: string;
} {
  const verbs = Object.hasOwn(VERBS, call.toolKind) ? VERBS[call.toolKind] : undefined;
  const finished = call.status === 'completed' || call.status === 'failed';
  const command = call.toolKind === 'execute' ? commandOf(call.input) : null;
  const file = diffsOf(call.content)[0]?.path ?? call.locations[0]?.path;
  const named = verbs !== undefined && (command !== null || (file !== undefined && call.toolKind !== 'search'));
  return {
    verb: named ? (finished ? verbs.done : verbs.doing) : '',
    target: named ? (command ?? folderName(file!)) : revealHidden(call.title === '' ? 'Tool call' : call.title),
    isCode: named,
    result: resultWords(call.status, call.content),
  };
}

/** "Read 12 files" for neighbouring calls of one kind. */
export function groupWords(calls: readonly ToolCall[]): string {
  const verbs = VERBS[calls[0]?.toolKind ?? ''];
  if (!verbs) return `${calls.length} tool calls`;
  const finished = calls.every((call) => call.status === 'completed' || call.status === 'failed');
  return `${finished ? verbs.done : verbs.doing} ${calls.length} ${verbs.things}`;
}

/** The command line in a tool's input, if it has one; hidden characters are shown. */
export function commandOf(input: string | null): string | null {
  if (input === null) return null;
  let json: unknown;
  try {
    json = JSON.parse(input);
  } catch {
    return null;
  }
  const parsed = CommandInput.safeParse(json);
  if (!parsed.success) return null;
  const { command } = parsed.data;
  return revealHidden(typeof command === 'string' ? command : command.map(quoted).join(' '));
}

/** Lines of a file change, computed once per content. */
export function linesOf(diff: Extract<ToolContent, { type: 'diff' }>): DiffLine[] {
  const known = diffCache.get(diff);
  if (known) return known;
  const lines = diffLines(diff.oldText, diff.newText);
  diffCache.set(diff, lines);
  return lines;
}

const diffCache = new WeakMap<object, DiffLine[]>();

export function diffsOf(content: readonly ToolContent[]): Extract<ToolContent, { type: 'diff' }>[] {
  return content.filter((part) => part.type === 'diff');
}

function resultWords(status: ToolCall['status'], content: readonly ToolContent[]): string {
  if (status === 'failed') return 'failed';
  if (status === 'unfinished') return 'not finished';
  const diffs = diffsOf(content);
  if (diffs.length === 0) return '';
  const counts = diffs.map((diff) => diffCounts(linesOf(diff)));
  const added = counts.reduce((sum, count) => sum + count.added, 0);
  const removed = counts.reduce((sum, count) => sum + count.removed, 0);
  return `+${added} −${removed}`;
}

/** As it would have to be typed, so that an argument with spaces cannot pass for two. */
function quoted(argument: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
