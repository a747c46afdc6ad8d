import type { EntryBody, TimelineEntry } from '../../src-shared/wire/timeline.ts';
import { safeLine } from './safe-text.ts';

type Style = 'plain' | 'bold' | 'dim' | 'red' | 'green' | 'yellow';

/** How an entry looks on a terminal. */
export interface EntryText {
  readonly text: string;
  readonly style: Style;
}

/** Texts of a growing entry end without a line break: more may follow. null: nothing to show. */
export function entryText({ body }: TimelineEntry): EntryText | null {
  switch (body.kind) {
    case 'user':
      return {
        text: `> ${body.text.replaceAll('\n', '\n  ')}${body.by.name === '' ? '' : `   (${safeLine(body.by.name)})`}`,
        style: 'bold',
      };
    case 'message':
      return { text: body.text, style: 'plain' };
    case 'thought':
      return { text: body.text, style: 'dim' };
    case 'tool':
      return { text: `* ${safeLine(body.title)} [${safeLine(body.toolKind)}]${detail(body)}`, style: 'dim' };
    case 'tool-update':
      return updateText(body);
    case 'plan':
      return {
        text: body.steps.map(({ text, status }) => `  ${MARKS[status] ?? '-'} ${safeLine(text)}`).join('\n'),
        style: 'dim',
      };
    case 'permission': {
      const options = body.options.map(({ name }) => safeLine(name)).join(', ');
      return {
        text: `? ${safeLine(body.title)} [${safeLine(body.toolKind)}] wants permission: ${options}${detail(body)}`,
        style: 'yellow',
      };
    }
    case 'permission-answer':
      if (body.option === null) return { text: '  nobody answered the permission request', style: 'yellow' };
      return {
        text: `  ${safeLine(body.option.name)}${body.by === null ? '' : ` (${safeLine(body.by.name)})`}`,
        style: 'yellow',
      };
    case 'turn-end':
      return endText(body);
    case 'notice':
      return { text: `${body.level}: ${body.text}`, style: body.level === 'error' ? 'red' : 'yellow' };
    case 'other':
      return { text: `(${safeLine(body.type)})`, style: 'dim' };
  }
}

type Body<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

const MARKS: Readonly<Record<string, string>> = { completed: 'x', in_progress: '>' };
/** Lines of a tool's output that are shown; `--json` has all of it. */
const MAX_OUTPUT_LINES = 12;

function updateText(body: Body<'tool-update'>): EntryText | null {
  if (body.status === 'failed') return { text: `  failed${detail(body)}`, style: 'red' };
  if (body.status === 'completed') return { text: `  done${detail(body)}`, style: 'green' };
  const shown = detail(body);
  return shown === '' ? null : { text: shown.slice(1), style: 'dim' };
}

function endText({ reason, error }: Body<'turn-end'>): EntryText {
  const because = error === null ? '' : `: ${error}`;
  switch (reason) {
    case 'end_turn':
      return { text: '-- finished', style: 'green' };
    case 'cancelled':
      return { text: '-- stopped', style: 'yellow' };
    case 'failed':
    case 'interrupted':
      return { text: `-- ${reason}${because}`, style: 'red' };
    case 'max_tokens':
    case 'max_turn_requests':
    case 'refusal':
      return { text: `-- ended: ${reason.replaceAll('_', ' ')}${because}`, style: 'yellow' };
  }
}

/** Files and output of a tool, each line indented; begins with a line break. */
function detail({ content }: Pick<Body<'tool-update'>, 'content'>): string {
  const lines = (content ?? []).flatMap((part) => {
    switch (part.type) {
      case 'text':
        return shortened(part.text);
      case 'terminal':
        return shortened(part.output);
      case 'diff':
        return [`${part.oldText === null ? 'new file' : 'change'} ${safeLine(part.path)}`, ...shortened(part.newText)];
    }
  });
  return lines.map((line) => `\n    ${line}`).join('');
}

function shortened(text: string): string[] {
  const lines = text.replace(/\n+$/, '').split('\n');
  if (lines.length <= MAX_OUTPUT_LINES) return lines;
  return [...lines.slice(0, MAX_OUTPUT_LINES), `(${lines.length - MAX_OUTPUT_LINES} more lines)`];
}
