import type { ToolCall } from './conversation-items.ts';
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

/** A map, since agents name the kinds. */
const VERBS: ReadonlyMap<string, Verbs> = new Map([
  ['read', { done: 'Read', doing: 'Reading', things: 'files' }],
  ['edit', { done: 'Edited', doing: 'Editing', things: 'files' }],
  ['delete', { done: 'Deleted', doing: 'Deleting', things: 'files' }],
  ['move', { done: 'Moved', doing: 'Moving', things: 'files' }],
  ['search', { done: 'Searched', doing: 'Searching', things: 'times' }],
  ['execute', { done: 'Ran', doing: 'Running', things: 'commands' }],
  ['fetch', { done: 'Fetched', doing: 'Fetching', things: 'pages' }],
]);

const CommandInput = z.looseObject({ command: z.union([z.string(), z.array(z.string()).min(1)]) });
const PlanInput = z.looseObject({ plan: z.string() });

/** What the one line of a tool call says: "Ran", "npm test", "failed". */
export function toolWords(call: Pick<ToolCall, 'toolKind' | 'status' | 'title' | 'content' | 'locations' | 'input'>): {
  verb: string;
  target: string;
  isCode: boolean;
  result: string;
  /** The result is one that somebody should look at. */
  bad: boolean;
} {
  const verbs = VERBS.get(call.toolKind);
  const finished = call.status === 'completed' || call.status === 'failed';
  const command = call.toolKind === 'execute' ? commandOf(call.input) : null;
  const files = filesOf(call);
  const named = verbs !== undefined && (command !== null || (files !== null && call.toolKind !== 'search'));
  return {
    verb: named ? (finished ? verbs.done : verbs.doing) : '',
    target: named ? (command ?? files!) : revealHidden(call.title === '' ? 'Tool call' : call.title),
    isCode: named,
    ...resultWords(call.status, call.content),
  };
}

/** "Read 12 files" for neighbouring calls of one kind. */
export function groupWords(calls: readonly ToolCall[]): string {
  const verbs = VERBS.get(calls[0]?.toolKind ?? '');
  if (!verbs) return `${calls.length} tool calls`;
  const finished = calls.every((call) => call.status === 'completed' || call.status === 'failed');
  return `${finished ? verbs.done : verbs.doing} ${calls.length} ${verbs.things}`;
}

/** The command line in a tool's input, if it has one; hidden characters are shown. */
export function commandOf(input: string | null): string | null {
  const parsed = CommandInput.safeParse(jsonOf(input));
  if (!parsed.success) return null;
  const { command } = parsed.data;
  return revealHidden(typeof command === 'string' ? command : command.map(quoted).join(' '));
}

/** The plan that is to be approved, as Markdown, if a tool's input has one. */
export function planOf(input: string | null): string | null {
  return PlanInput.safeParse(jsonOf(input)).data?.plan ?? null;
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

/** "parse.ts", or "3 files"; null when the call names none. */
export function filesOf({ content, locations }: Pick<ToolCall, 'content' | 'locations'>): string | null {
  const diffs = diffsOf(content);
  const paths = new Set((diffs.length > 0 ? diffs : locations).map(({ path }) => path));
  const [first] = paths;
  if (first === undefined) return null;
  return paths.size === 1 ? folderName(first) : `${paths.size} files`;
}

function jsonOf(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}

function resultWords(status: ToolCall['status'], content: readonly ToolContent[]): { result: string; bad: boolean } {
  const exitCode = content.find((part) => part.type === 'terminal')?.exitCode ?? 0;
  if (exitCode !== 0) return { result: `exit code ${exitCode}`, bad: true };
  if (status === 'failed') return { result: 'failed', bad: true };
  if (status === 'unfinished') return { result: 'not finished', bad: false };
  const diffs = diffsOf(content);
  if (diffs.length === 0) return { result: '', bad: false };
  const counts = diffs.map((diff) => diffCounts(linesOf(diff)));
  const added = counts.reduce((sum, count) => sum + count.added, 0);
  const removed = counts.reduce((sum, count) => sum + count.removed, 0);
  return { result: `+${added} −${removed}`, bad: false };
}

/** As it would have to be typed, so that an argument with spaces cannot pass for two. */
function quoted(argument: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
