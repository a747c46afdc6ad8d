import { Brain, CircleAlert, CircleX, Info, SlidersHorizontal } from 'lucide-react';
import { memo } from 'react';
import type { ReactNode } from 'react';
import { Aside } from './Aside.tsx';
import { ContentView } from './ContentView.tsx';
import { sameItem } from './conversation-items.ts';
import type { ConversationItem, ItemOf } from './conversation-items.ts';
import { FoldedRow } from './FoldedRow.tsx';
import { Markdown } from './Markdown.tsx';
import { PlanRow } from './PlanRow.tsx';
import { prettyJson } from './pretty-json.ts';
import { ToolRow } from './ToolRow.tsx';
import { TurnEndRow } from './TurnEndRow.tsx';
import { UserRow } from './UserRow.tsx';
import { revealHidden, terminalText } from './visible-text.ts';
import './block.css';
import './conversation-row.css';

/** Requests of the agent need to know their agent, so the conversation draws them. */
export type DrawRequest = (item: ItemOf<'permission' | 'question'>) => ReactNode;

/** One row of a conversation. Rows that say the same are not drawn again. */
export const ConversationRow = memo(
  function ConversationRow({ item, request }: { item: ConversationItem; request: DrawRequest }) {
    switch (item.kind) {
      case 'user':
        return <UserRow item={item} />;
      case 'message':
        return <Markdown text={item.text} />;
      case 'thought':
        return <Thought item={item} />;
      case 'content':
        return (
          <div className={`content-from-${item.from}`}>
            <ContentView block={item.block} rowKey={item.key} at={item.at} />
          </div>
        );
      case 'tools':
        return <ToolRow calls={item.calls} />;
      case 'plan':
        return <PlanRow item={item} />;
      case 'permission':
      case 'question':
        return request(item);
      case 'option':
        return (
          <Aside icon={<SlidersHorizontal className="icon" aria-hidden="true" />}>
            {revealHidden(item.name)} is now “{revealHidden(item.value)}”
            {item.by === null ? ', set by the agent.' : `, set from “${item.by.name}”.`}
          </Aside>
        );
      case 'turn-end':
        return <TurnEndRow item={item} />;
      case 'notice':
        return <Notice item={item} />;
      case 'other':
        return <Other item={item} />;
    }
  },
  (before, after) => before.request === after.request && sameItem(before.item, after.item),
);

function Thought({ item }: { item: ItemOf<'message' | 'thought'> }) {
  return (
    <FoldedRow
      rowKey={item.key}
      at={item.at}
      icon={<Brain className="icon" aria-hidden="true" />}
      summary={`Thought: ${firstLine(item.text)}`}
      openSummary="Thought"
    >
      <div className="thought">
        <Markdown text={item.text} />
      </div>
    </FoldedRow>
  );
}

const LEVELS = {
  info: { icon: Info, tone: 'grey' },
  warning: { icon: CircleAlert, tone: 'amber' },
  error: { icon: CircleX, tone: 'red' },
};

function Notice({ item }: { item: ItemOf<'notice'> }) {
  const { icon: Icon, tone } = LEVELS[item.level];
  return (
    <Aside icon={<Icon className={`icon tone-${tone}`} aria-hidden="true" />}>
      <span className="notice-text">{terminalText(item.text)}</span>
    </Aside>
  );
}

function Other({ item }: { item: ItemOf<'other'> }) {
  return (
    <FoldedRow
      rowKey={item.key}
      at={item.at}
      icon={<Info className="icon" aria-hidden="true" />}
      summary={`The agent sent “${revealHidden(item.type)}”, which this version does not know`}
    >
      <div className="tool-details">
        <pre className="block tool-block" tabIndex={0} aria-label={`Content of ${revealHidden(item.type)}`}>
          {prettyJson(item.data)}
        </pre>
      </div>
    </FoldedRow>
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
