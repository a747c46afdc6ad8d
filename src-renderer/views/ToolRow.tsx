import {
  ArrowRightLeft,
  ChevronRight,
  CircleSlash,
  CircleX,
  FilePenLine,
  FileText,
  Globe,
  LoaderCircle,
  Search,
  SquareTerminal,
  Trash2,
  Wrench,
} from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { ToolContent } from '../../src-shared/wire/timeline.ts';
import type { ToolCall } from './conversation-model.ts';
import { DiffView } from './DiffView.tsx';
import { useOpenRow } from './open-rows.ts';
import { fullTime } from './time-words.ts';
import { groupWords, toolWords } from './tool-words.ts';
import { revealHidden, terminalText } from './visible-text.ts';
import './tool-row.css';

const ICONS: Readonly<Record<string, LucideIcon>> = {
  read: FileText,
  edit: FilePenLine,
  delete: Trash2,
  move: ArrowRightLeft,
  search: Search,
  execute: SquareTerminal,
  fetch: Globe,
};

/** One tool call, or several small ones in one line. */
export function ToolRow({ calls }: { calls: readonly ToolCall[] }) {
  const first = calls[0]!;
  return calls.length === 1 ? <SingleCall call={first} /> : <CallGroup calls={calls} />;
}

function CallGroup({ calls }: { calls: readonly ToolCall[] }) {
  const [open, toggle] = useOpenRow(`group ${calls[0]!.toolCallId}`);
  const failed = calls.filter((call) => call.status === 'failed').length;
  return (
    <div className="tool">
      <button type="button" className="tool-line" aria-expanded={open} onClick={toggle}>
        <CallIcon call={calls.find((call) => call.status !== 'completed' && call.status !== 'failed') ?? calls[0]!} />
        <span className="grow one-line">{groupWords(calls)}</span>
        {failed > 0 && <span className="tone-red">{failed} failed</span>}
        <ChevronRight className="icon tool-chevron" aria-hidden="true" />
      </button>
      {open && (
        <div className="tool-group">
          {calls.map((call) => (
            <SingleCall key={call.toolCallId} call={call} />
          ))}
        </div>
      )}
    </div>
  );
}

function SingleCall({ call }: { call: ToolCall }) {
  const [open, toggle] = useOpenRow(`call ${call.toolCallId}`);
  const words = toolWords(call);
  return (
    <div className="tool">
      <button type="button" className="tool-line" aria-expanded={open} title={fullTime(call.at)} onClick={toggle}>
        <CallIcon call={call} />
        <span className="grow one-line">
          {words.verb !== '' && `${words.verb} `}
          {words.isCode ? <code>{words.target}</code> : words.target}
        </span>
        {words.result !== '' && (
          <span className={call.status === 'failed' ? 'tone-red' : 'tool-result'}>{words.result}</span>
        )}
        <ChevronRight className="icon tool-chevron" aria-hidden="true" />
      </button>
      {open && <CallDetails call={call} />}
    </div>
  );
}

function CallIcon({ call }: { call: ToolCall }) {
  if (call.status === 'failed') return <CircleX className="icon tone-red" aria-hidden="true" />;
  if (call.status === 'unfinished') return <CircleSlash className="icon tone-grey" aria-hidden="true" />;
  if (call.status !== 'completed') return <LoaderCircle className="icon tone-accent spin" aria-hidden="true" />;
  const Icon = ICONS[call.toolKind] ?? Wrench;
  return <Icon className="icon" aria-hidden="true" />;
}

function CallDetails({ call }: { call: ToolCall }) {
  return (
    <div className="tool-details">
      {call.title !== '' && <p className="faint">{revealHidden(call.title)}</p>}
      {call.input !== null && <Block label="Input" text={pretty(call.input)} />}
      {call.content.map((content, at) => (
        <Content key={at} content={content} />
      ))}
      {call.content.length === 0 && call.output !== null && <Block label="Output" text={pretty(call.output)} />}
    </div>
  );
}

function Content({ content }: { content: ToolContent }) {
  switch (content.type) {
    case 'diff':
      return <DiffView diff={content} />;
    case 'text':
      return <Block label="Output" text={terminalText(content.text)} />;
    case 'terminal':
      return <Block label="Output" text={terminalText(content.output)} />;
  }
}

function Block({ label, text }: { label: string; text: string }) {
  return (
    <section>
      <p className="faint">{label}</p>
      <pre className="tool-block" tabIndex={0} aria-label={label}>
        {text === '' ? ' ' : text}
      </pre>
    </section>
  );
}

/** JSON text with line breaks; anything else as it is. */
function pretty(json: string): string {
  try {
    const value: unknown = JSON.parse(json);
    return terminalText(typeof value === 'string' ? value : JSON.stringify(value, null, 2));
  } catch {
    return terminalText(json);
  }
}
