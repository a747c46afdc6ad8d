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
import type { ToolCall } from './conversation-items.ts';
import { FoldedRow } from './FoldedRow.tsx';
import { useOpenRow } from './open-rows.ts';
import { prettyJson } from './pretty-json.ts';
import { TextBlock, ToolContentView } from './ToolContentView.tsx';
import { groupWords, toolWords } from './tool-words.ts';
import { revealHidden } from './visible-text.ts';
import './item.css';
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
      <button type="button" className="item tool-line" aria-expanded={open} onClick={toggle}>
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
  const words = toolWords(call);
  return (
    <FoldedRow
      rowKey={`call ${call.toolCallId}`}
      at={call.at}
      icon={<CallIcon call={call} />}
      summary={
        <>
          {words.verb !== '' && `${words.verb} `}
          {words.isCode ? <code>{words.target}</code> : words.target}
        </>
      }
      result={words.result !== '' && <span className={words.bad ? 'tone-red' : 'tool-result'}>{words.result}</span>}
    >
      <CallDetails call={call} />
    </FoldedRow>
  );
}

function CallIcon({ call }: { call: ToolCall }) {
  if (call.status === 'failed') return <CircleX className="icon tone-red" aria-hidden="true" />;
  if (call.status === 'unfinished') return <CircleSlash className="icon tone-grey" aria-hidden="true" />;
  if (call.status !== 'completed') return <LoaderCircle className="icon tone-accent spin" aria-hidden="true" />;
  // Agents name the kinds, and one may be called as something that every object has.
  const kind = Object.hasOwn(ICONS, call.toolKind) ? call.toolKind : 'other';
  const Icon = ICONS[kind] ?? Wrench;
  return <Icon className="icon" aria-hidden="true" />;
}

function CallDetails({ call }: { call: ToolCall }) {
  return (
    <div className="tool-details">
      {call.title !== '' && <p className="faint">{revealHidden(call.title)}</p>}
      {call.input !== null && <TextBlock label="Input" text={prettyJson(call.input)} />}
      {call.content.map((content, at) => (
        <ToolContentView key={at} content={content} label="Output" />
      ))}
      {call.content.length === 0 && call.output !== null && <TextBlock label="Output" text={prettyJson(call.output)} />}
    </div>
  );
}
