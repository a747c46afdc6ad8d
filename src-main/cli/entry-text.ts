import type { EntryBody, TimelineEntry } from '../../src-shared/wire/timeline.ts';
import { choiceOf } from './question-fields.ts';
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
      return { text: userText(body), style: 'bold' };
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
        text: body.steps.map(({ text, status }) => `  ${MARKS.get(status) ?? '-'} ${safeLine(text)}`).join('\n'),
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
      if (body.by === null && body.option === null)
        return { text: '  nobody answered the permission request', style: 'yellow' };
      return {
        text: `  ${safeLine(body.option?.name ?? 'denied')}${body.by === null ? '' : ` (${safeLine(body.by.name)})`}`,
        style: 'yellow',
      };
    case 'content':
      return { text: `(${blockText(body.block)})`, style: body.from === 'thought' ? 'dim' : 'plain' };
    case 'question':
      return {
        text: [
          `? ${safeLine(body.message)}`,
          ...body.fields.map((field) => `    ${safeLine(field.label)}${choiceOf(field)}`),
          ...(body.url === null ? [] : [`    ${safeLine(body.url)}`]),
        ].join('\n'),
        style: 'yellow',
      };
    case 'question-answer':
      return { text: answerText(body), style: 'yellow' };
    case 'option':
      return { text: `${safeLine(body.name)}: ${safeLine(body.value)}${byText(body.by)}`, style: 'dim' };
    case 'turn-end':
      return endText(body);
    case 'notice':
      return { text: `${body.level}: ${body.text}`, style: body.level === 'error' ? 'red' : 'yellow' };
    case 'other':
      return { text: `(${safeLine(body.type)})`, style: 'dim' };
  }
}

type Body<K extends EntryBody['kind']> = Extract<EntryBody, { kind: K }>;

const MARKS: ReadonlyMap<string, string> = new Map([
  ['completed', 'x'],
  ['in_progress', '>'],
]);
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

function userText({ text, by, attachments = [], mentions = [] }: Body<'user'>): string {
  const files = [...attachments.map(({ name }) => name), ...mentions];
  const enclosed = files.length === 0 ? '' : `\n  with ${files.map(safeLine).join(', ')}`;
  return `> ${text.replaceAll('\n', '\n  ')}${byText(by)}${enclosed}`;
}

function byText(by: Body<'option'>['by']): string {
  return by === null || by.name === '' ? '' : `   (${safeLine(by.name)})`;
}

function blockText(block: Body<'content'>['block']): string {
  switch (block.type) {
    case 'attachment':
      return `${safeLine(block.attachment.name)}, ${safeLine(block.attachment.mimeType)}, ${block.attachment.size} bytes`;
    case 'link':
      return `${safeLine(block.name)}: ${safeLine(block.uri)}`;
    case 'resource':
      return `${safeLine(block.uri)}, ${block.text.length} characters`;
  }
}

function answerText({ action, values, by }: Body<'question-answer'>): string {
  if (action === 'cancel') return '  nobody answered the question';
  if (action === 'decline') return `  declined${byText(by)}`;
  const given = Object.entries(values ?? {}).map(([name, value]) => `${safeLine(name)}: ${safeLine(String(value))}`);
  return `  ${given.join(', ') || 'done'}${byText(by)}`;
}

/** Files and output of a tool, each line indented; begins with a line break. */
function detail({ content }: Pick<Body<'tool-update'>, 'content'>): string {
  const lines = (content ?? []).flatMap((part) => {
    switch (part.type) {
      case 'text':
        return shortened(part.text);
      case 'terminal':
        return [...shortened(part.output), ...(part.exitCode == null ? [] : [`exit code ${part.exitCode}`])];
      case 'diff':
        return [`${part.oldText === null ? 'new file' : 'change'} ${safeLine(part.path)}`, ...shortened(part.newText)];
      case 'attachment':
      case 'link':
        return [blockText(part)];
    }
  });
  return lines.map((line) => `\n    ${line}`).join('');
}

function shortened(text: string): string[] {
  const lines = text.replace(/\n+$/, '').split('\n');
  if (lines.length <= MAX_OUTPUT_LINES) return lines;
  return [...lines.slice(0, MAX_OUTPUT_LINES), `(${lines.length - MAX_OUTPUT_LINES} more lines)`];
}
