import { Brain, ChevronRight, CircleAlert, CircleSlash, CircleStop, CircleX, Info, ListChecks } from 'lucide-react';
import { memo } from 'react';
import type { ReactNode } from 'react';
import { sameItem } from './conversation-model.ts';
import type { ConversationItem } from './conversation-model.ts';
import { Markdown } from './Markdown.tsx';
import { useOpenRow } from './open-rows.ts';
import { clockTime, fullTime } from './time-words.ts';
import { ToolRow } from './ToolRow.tsx';
import { revealHidden, terminalText } from './visible-text.ts';
import './conversation-row.css';

interface ConversationRowProps {
  item: ConversationItem;
  /** Permission requests need to know their agent, so the conversation draws them. */
  permission: (item: Extract<ConversationItem, { kind: 'permission' }>) => ReactNode;
}

/** One row of a conversation. Rows that say the same are not drawn again. */
export const ConversationRow = memo(
  function ConversationRow({ item, permission }: ConversationRowProps) {
    switch (item.kind) {
      case 'user':
        return (
          <div className="said">
            <p className="said-text">{item.text}</p>
            <p className="faint">
              <time dateTime={item.at} title={fullTime(item.at)}>
                {clockTime(item.at)}
              </time>{' '}
              from “{item.by.name}”
            </p>
          </div>
        );
      case 'message':
        return <Markdown text={item.text} />;
      case 'thought':
        return <Thought item={item} />;
      case 'tools':
        return <ToolRow calls={item.calls} />;
      case 'plan':
        return <Plan item={item} />;
      case 'permission':
        return permission(item);
      case 'turn-end':
        return <TurnEnd item={item} />;
      case 'notice':
        return (
          <Aside icon={item.level === 'info' ? <Info className="icon" /> : <CircleAlert className="icon tone-amber" />}>
            {revealHidden(item.text)}
          </Aside>
        );
      case 'other':
        return <Other item={item} />;
    }
  },
  (before, after) => before.permission === after.permission && sameItem(before.item, after.item),
);

function Thought({ item }: { item: Extract<ConversationItem, { kind: 'message' | 'thought' }> }) {
  const [open, toggle] = useOpenRow(item.key);
  return (
    <div>
      <button type="button" className="tool-line" aria-expanded={open} title={fullTime(item.at)} onClick={toggle}>
        <Brain className="icon" aria-hidden="true" />
        <span className="grow one-line">{open ? 'Thought' : `Thought: ${firstLine(item.text)}`}</span>
        <ChevronRight className="icon tool-chevron" aria-hidden="true" />
      </button>
      {open && (
        <div className="thought">
          <Markdown text={item.text} />
        </div>
      )}
    </div>
  );
}

function Plan({ item }: { item: Extract<ConversationItem, { kind: 'plan' }> }) {
  const done = item.steps.filter((step) => step.status === 'completed').length;
  return (
    <section className="plan" aria-label="Plan">
      <p className="plan-title">
        <ListChecks className="icon" aria-hidden="true" />
        Plan
        <span className="faint">
          {done} of {item.steps.length} done
        </span>
      </p>
      <ol className="plan-steps">
        {item.steps.map((step, at) => (
          <li key={at} data-status={step.status}>
            {revealHidden(step.text)}
            {step.status === 'completed' && <span className="visually-hidden"> (done)</span>}
            {step.status === 'in_progress' && <span className="visually-hidden"> (now)</span>}
          </li>
        ))}
      </ol>
    </section>
  );
}

const ENDS: Readonly<Record<Extract<ConversationItem, { kind: 'turn-end' }>['reason'], string>> = {
  end_turn: 'The turn ended.',
  max_tokens: 'Stopped: the model reached its output limit. Send a message to go on.',
  max_turn_requests: 'Stopped: the model reached its limit of steps for one turn. Send a message to go on.',
  refusal: 'The model refused to go on.',
  cancelled: 'You stopped this turn.',
  failed: 'This turn failed.',
  interrupted: 'This turn was interrupted. Nothing runs again by itself; send a message to go on.',
};

function TurnEnd({ item }: { item: Extract<ConversationItem, { kind: 'turn-end' }> }) {
  const failed = item.reason === 'failed' || item.error !== null;
  const Icon = failed ? CircleX : item.reason === 'interrupted' ? CircleSlash : CircleStop;
  return (
    <Aside icon={<Icon className={`icon ${failed ? 'tone-red' : 'tone-grey'}`} />}>
      {ENDS[item.reason]} {item.error !== null && <span className="error-text">{revealHidden(item.error)}</span>}
    </Aside>
  );
}

function Other({ item }: { item: Extract<ConversationItem, { kind: 'other' }> }) {
  const [open, toggle] = useOpenRow(item.key);
  return (
    <div>
      <button type="button" className="tool-line" aria-expanded={open} title={fullTime(item.at)} onClick={toggle}>
        <Info className="icon" aria-hidden="true" />
        <span className="grow one-line">
          The agent sent “{revealHidden(item.type)}”, which this version does not know
        </span>
        <ChevronRight className="icon tool-chevron" aria-hidden="true" />
      </button>
      {open && (
        <div className="tool-details">
          <pre className="tool-block" tabIndex={0}>
            {terminalText(item.data)}
          </pre>
        </div>
      )}
    </div>
  );
}

function Aside({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className="aside note">
      {icon}
      <span>{children}</span>
    </div>
  );
}

function firstLine(text: string): string {
  return revealHidden(
    text
      .replaceAll(/[*_`#]/g, '')
      .trim()
      .split('\n', 1)[0] ?? '',
  );
}
