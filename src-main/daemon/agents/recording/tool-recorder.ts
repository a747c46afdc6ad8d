import { createHash } from 'node:crypto';
import type { Clock } from '../../../../src-shared/clock.ts';
import type { EntryBody, TimelineEntry, ToolContent } from '../../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import type { ToolCall, ToolMeta } from '../acp/acp-schema.ts';
import type { KeepFile } from './shown-content.ts';
import { TerminalOutput } from './terminal-output.ts';
import { statedFields, toolCallId, wholeToolCall } from './tool-call.ts';
import type { ToolFields } from './tool-call.ts';

/** Tool calls whose last state is remembered; an update to an older one is shown as a call of its own. */
const MAX_KNOWN_TOOLS = 512;
/** Ended calls whose content is remembered beside that of running ones: the last word on a command may come late. */
const MAX_ENDED_TOOLS = 8;
/** A call uses one; a bound on what a strange agent can make us hold. */
const MAX_TERMINALS = 8;

/**
 * Updates of a running tool repeat all of its output so far; between two that are recorded, later ones replace earlier ones for
 * this long. A change of status is recorded at once.
 */
const TOOL_UPDATE_MS = 500;

interface KnownTool {
  /** The newest of each field. */
  latest: Pick<ToolFields, 'title' | 'toolKind' | 'status'> & Partial<ToolFields>;
  /** What was said since the last record. */
  held: Partial<ToolFields>;
  /** Clock time of the last record. */
  at: number;
  /** Digest of each field as last recorded: agents repeat all of them in every update. */
  readonly digests: Map<string, string>;
  readonly terminals: Map<string, { readonly output: TerminalOutput; exitCode: number | null }>;
  /** Its terminals said something since the last record. */
  printed: boolean;
}

interface ToolRecorderOptions {
  readonly timeline: Pick<TimelineLog, 'append'>;
  readonly clock: Clock;
  readonly keep: KeepFile;
}

/** Turns what an agent says of its tool calls into entries: one that begins the call, then what changed. */
export class ToolRecorder {
  readonly #options: ToolRecorderOptions;
  readonly #tools = new Map<string, KnownTool>();
  readonly #ended = new Set<string>();
  #cancelTimer: (() => void) | null = null;

  constructor(options: ToolRecorderOptions) {
    this.#options = options;
  }

  record(call: ToolCall): void {
    const { clock, keep } = this.#options;
    const id = toolCallId(call);
    const known = this.#tools.get(id);
    if (known === undefined) return this.#begin(wholeToolCall(call, {}, keep), call._meta ?? {});
    const stated = statedFields(call, keep);
    known.latest = { ...known.latest, ...stated };
    known.held = { ...known.held, ...stated };
    this.#print(id, known, call._meta ?? {});
    // What was a preview is told as a whole now.
    if (stated.status !== undefined && isOver(stated.status)) known.printed ||= known.terminals.size > 0;
    const { status } = known.held;
    const calm = status === undefined || known.digests.get('status') === digest(status);
    if (!calm || clock.now() - known.at >= TOOL_UPDATE_MS) return this.#recordHeld(id, known);
    this.#cancelTimer ??= clock.after(TOOL_UPDATE_MS, () => this.settle());
  }

  /** Records what is held back now: before something that must come after it, and before the timeline is closed. */
  settle(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    for (const [id, known] of this.#tools) this.#recordHeld(id, known);
  }

  /** What is known of a tool call that a permission request is about. */
  known(call: ToolCall): Partial<ToolFields> {
    const tool = this.#tools.get(toolCallId(call));
    if (tool === undefined) return {};
    const { title, toolKind, locations, input } = tool.latest;
    const content = tool.latest.content && withOutput(tool.latest.content, tool, false);
    return {
      title,
      toolKind,
      ...(locations && { locations }),
      ...(input != null && { input }),
      ...(content && { content }),
    };
  }

  /** Entries of an earlier run of the daemon, oldest first: later updates refer to their calls. Records nothing. */
  remember(entries: readonly TimelineEntry[]): void {
    for (const { body } of entries) {
      if (body.kind !== 'tool' && body.kind !== 'tool-update') continue;
      const { kind: _, toolCallId: id, ...all } = body;
      const fields = stated(all);
      const known = this.#tools.get(id) ?? newTool(this.#options.clock.now());
      known.latest = { ...known.latest, ...fields };
      for (const [name, value] of Object.entries(fields)) known.digests.set(name, digest(value));
      for (const part of fields.content ?? []) {
        if (part.type !== 'terminal') continue;
        known.terminals.set(part.terminalId, {
          output: new TerminalOutput(part.output),
          exitCode: part.exitCode ?? null,
        });
      }
      this.#tools.set(id, known);
      this.#retire(id, known);
    }
  }

  #begin(tool: ToolFields, meta: ToolMeta): void {
    const known = newTool(this.#options.clock.now());
    known.latest = tool;
    const { toolCallId: id } = tool;
    this.#print(id, known, meta);
    known.printed = false;
    const content = withOutput(known.latest.content ?? [], known, isOver(tool.status));
    const body = { kind: 'tool' as const, ...tool, content };
    for (const [name, value] of Object.entries(body)) known.digests.set(name, digest(value));
    this.#options.timeline.append(body);
    this.#tools.set(id, known);
    this.#retire(id, known);
    const [oldest] = this.#tools;
    if (this.#tools.size <= MAX_KNOWN_TOOLS || oldest === undefined) return;
    this.#recordHeld(...oldest);
    this.#tools.delete(oldest[0]);
    this.#ended.delete(oldest[0]);
  }

  #print(id: string, known: KnownTool, meta: ToolMeta): void {
    const { terminal_info: begun, terminal_exit: exit } = meta;
    const printed = [meta.terminal_output, meta.terminal_output_delta, meta.mcp_output_delta].flatMap(
      (one) => one ?? [],
    );
    // Its output is not held any more: what came late would be all that is shown.
    if (known.latest.content === undefined && isOver(known.latest.status)) return;
    for (const { terminal_id: name = id, data } of printed) {
      terminalOf(known, name)?.output.append(data);
      known.printed = true;
    }
    if (begun != null) terminalOf(known, begun.terminal_id ?? id);
    const ended = exit == null ? undefined : terminalOf(known, exit.terminal_id ?? id);
    if (ended === undefined || exit == null) return;
    ended.exitCode = exit.exit_code ?? null;
    known.printed = true;
  }

  #recordHeld(id: string, known: KnownTool): void {
    const over = isOver(known.latest.status);
    if (known.printed || known.held.content !== undefined) {
      known.held.content = withOutput(known.latest.content ?? [], known, over);
    }
    const changed = Object.entries(known.held).filter(([name, value]) => known.digests.get(name) !== digest(value));
    known.held = {};
    known.printed = false;
    known.at = this.#options.clock.now();
    if (changed.length === 0) return;
    this.#retire(id, known);
    for (const [name, value] of changed) known.digests.set(name, digest(value));
    const body: EntryBody = { kind: 'tool-update', toolCallId: id, ...Object.fromEntries(changed) };
    this.#options.timeline.append(body);
  }

  /** Forgets what long ended calls showed. */
  #retire(id: string, known: KnownTool): void {
    if (!isOver(known.latest.status)) return;
    this.#ended.delete(id);
    this.#ended.add(id);
    const [oldest] = this.#ended;
    if (this.#ended.size <= MAX_ENDED_TOOLS || oldest === undefined) return;
    this.#ended.delete(oldest);
    const tool = this.#tools.get(oldest);
    if (tool === undefined) return;
    const { title, toolKind, status } = tool.latest;
    tool.latest = { title, toolKind, status };
    tool.terminals.clear();
  }
}

function newTool(at: number): KnownTool {
  return {
    latest: { title: 'Tool', toolKind: 'other', status: 'pending' },
    held: {},
    at,
    digests: new Map(),
    terminals: new Map(),
    printed: false,
  };
}

/** Without the fields that an entry leaves out. */
function stated(fields: { [K in keyof ToolFields]?: ToolFields[K] | undefined }): Partial<ToolFields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

function isOver(status: ToolFields['status']): boolean {
  return status === 'completed' || status === 'failed';
}

function terminalOf(tool: KnownTool, name: string): { output: TerminalOutput; exitCode: number | null } | undefined {
  const known = tool.terminals.get(name);
  if (known !== undefined || tool.terminals.size >= MAX_TERMINALS) return known;
  const terminal = { output: new TerminalOutput(), exitCode: null };
  tool.terminals.set(name, terminal);
  return terminal;
}

/** The content with what its terminals have printed; terminals that it does not mention come last. */
function withOutput(content: readonly ToolContent[], tool: KnownTool, over: boolean): ToolContent[] {
  const left = new Map(tool.terminals);
  const filled = content.map((part): ToolContent => {
    const terminal = part.type === 'terminal' ? left.get(part.terminalId) : undefined;
    if (part.type !== 'terminal' || terminal === undefined) return part;
    left.delete(part.terminalId);
    return shownTerminal(part.terminalId, terminal, over);
  });
  return [...filled, ...[...left].map(([name, terminal]) => shownTerminal(name, terminal, over))];
}

function shownTerminal(
  terminalId: string,
  { output, exitCode }: { output: TerminalOutput; exitCode: number | null },
  over: boolean,
): ToolContent {
  const text = over || exitCode !== null ? output.whole() : output.preview();
  return { type: 'terminal', terminalId, output: text, exitCode };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('base64');
}
