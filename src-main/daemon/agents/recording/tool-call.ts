import type { EntryBody, ToolContent } from '../../../../src-shared/wire/timeline.ts';
import { cutText } from '../../timeline/entry-bounds.ts';
import type { AcpToolContent, Content, ToolCall } from '../acp/acp-schema.ts';
import type { KeepFile } from './shown-content.ts';
import { keepNothing, shownBlock, standIn } from './shown-content.ts';

type ToolBody = Extract<EntryBody, { kind: 'tool' }>;
export type ToolFields = Omit<ToolBody, 'kind'>;

/** More parts than this in one tool call are counted, not shown. */
const MAX_PARTS = 64;
const MAX_LOCATIONS = 64;
const MAX_TITLE_CHARS = 4096;

/** The fields that a tool call states; absent ones are left out. Of a terminal only its name: its output comes in other ways. */
export function statedFields(call: ToolCall, keep: KeepFile = keepNothing): Partial<ToolFields> {
  return {
    ...(call.title != null && { title: cutText(call.title, MAX_TITLE_CHARS) }),
    ...(call.kind != null && { toolKind: call.kind.slice(0, 64) }),
    ...(call.status != null && { status: call.status }),
    ...(call.content != null && { content: shownContent(call.content, keep) }),
    ...(call.locations != null && {
      locations: call.locations.slice(0, MAX_LOCATIONS).map(({ path, line }) => ({ path, line: line ?? null })),
    }),
    ...(call.rawInput !== undefined && { input: JSON.stringify(call.rawInput) }),
    ...(call.rawOutput !== undefined && { output: JSON.stringify(call.rawOutput) }),
  };
}

/** All fields: the stated ones over `known` over what an agent that says nothing means. */
export function wholeToolCall(
  call: ToolCall,
  known: Partial<ToolFields> = {},
  keep: KeepFile = keepNothing,
): ToolFields {
  const stated = statedFields(call, keep);
  // Said to be about a call that was told already, with nothing new to show.
  if (stated.content?.length === 0 && known.content !== undefined) delete stated.content;
  return {
    title: 'Tool',
    toolKind: 'other',
    status: 'pending',
    content: [],
    locations: [],
    input: null,
    output: null,
    ...known,
    ...stated,
    toolCallId: toolCallId(call),
  };
}

export function toolCallId(call: ToolCall): string {
  return call.toolCallId.slice(0, 256);
}

function shownContent(parts: readonly AcpToolContent[], keep: KeepFile): ToolContent[] {
  const shown = parts.slice(0, MAX_PARTS).map((part): ToolContent => {
    switch (part.type) {
      case 'content':
        return shownPart(part.content, keep);
      case 'diff':
        return { type: 'diff', path: part.path, oldText: part.oldText ?? null, newText: part.newText };
      case 'terminal':
        return { type: 'terminal', terminalId: part.terminalId, output: '' };
    }
  });
  const missing = parts.length - shown.length;
  return missing > 0 ? [...shown, { type: 'text', text: `… [cut: ${missing} more parts]` }] : shown;
}

function shownPart(content: Content, keep: KeepFile): ToolContent {
  if (content.type === 'text' && content.text != null) return { type: 'text', text: content.text };
  const block = shownBlock(content, keep);
  if (block === null) return { type: 'text', text: standIn(content) };
  return block.type === 'resource' ? { type: 'text', text: block.text } : block;
}
