import { File, Folder, SquareSlash } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { Completion, CompletionItem } from './use-completion.ts';
import './completion-list.css';
import './item.css';

const ICONS = { file: File, folder: Folder, command: SquareSlash };

interface CompletionListProps {
  /** Of the list; options are `<id>-0` and so on. */
  id: string;
  completion: Completion;
  onChoose: (item: CompletionItem) => void;
}

/** The choices above a field. The focus stays in the field, which names the active one. */
export function CompletionList({ id, completion, onChoose }: CompletionListProps) {
  const { kind, items, active, loading, error } = completion;
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    // In braces: newer browsers answer with a promise, which is no clean-up.
    list.current?.children[active]?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  const what = kind === 'file' ? 'Files' : 'Commands';
  return (
    // The field keeps the focus, and with it a phone its keyboard, while something is chosen here.
    <div className="completion" onPointerDown={(event) => event.preventDefault()}>
      <ul ref={list} id={id} role="listbox" className="completion-rows" aria-label={what} aria-busy={loading}>
        {items.map((item, index) => (
          <Option
            key={item.value}
            id={`${id}-${index}`}
            item={item}
            selected={index === active}
            onHover={() => completion.setActive(index)}
            onChoose={() => onChoose(item)}
          />
        ))}
      </ul>
      <p className={items.length > 0 ? 'visually-hidden' : 'completion-none note'} role="status">
        {items.length === 0 ? noneWords(loading, error) : !loading && `${what}: ${items.length}`}
      </p>
    </div>
  );
}

interface OptionProps {
  id: string;
  item: CompletionItem;
  selected: boolean;
  onHover: () => void;
  onChoose: () => void;
}

function Option({ id, item, selected, onHover, onChoose }: OptionProps) {
  const Icon = ICONS[item.kind];
  return (
    // Keys go to the field, which has the focus.
    <li
      id={id}
      role="option"
      className="item completion-row"
      aria-selected={selected}
      onPointerMove={onHover}
      onClick={onChoose}
    >
      <Icon className="icon" aria-hidden="true" />
      <span className="completion-label">{item.label}</span>
      <span className="completion-note faint one-line">{item.note}</span>
    </li>
  );
}

function noneWords(loading: boolean, error: string | null): string {
  if (error !== null) return error;
  return loading ? 'Looking' : 'No file of that name here.';
}
