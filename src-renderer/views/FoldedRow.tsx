import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';
import { useOpenRow } from './open-rows.ts';
import { fullTime } from './time-words.ts';
import './item.css';
import './tool-row.css';

interface FoldedRowProps {
  /** Remembers under this name whether it is open. */
  rowKey: string;
  icon: ReactNode;
  /** The one line that is always there. */
  summary: ReactNode;
  /** Instead of `summary` while it is open. */
  openSummary?: ReactNode;
  /** At the end of the line: how it went. */
  result?: ReactNode;
  at: string;
  /** What opens below. */
  children: ReactNode;
}

/** One line that opens. */
export function FoldedRow({ rowKey, icon, summary, openSummary = summary, result, at, children }: FoldedRowProps) {
  const [open, toggle] = useOpenRow(rowKey);
  return (
    <div className="tool">
      <button type="button" className="item tool-line" aria-expanded={open} title={fullTime(at)} onClick={toggle}>
        {icon}
        <span className="grow one-line">{open ? openSummary : summary}</span>
        {result}
        <ChevronRight className="icon tool-chevron" aria-hidden="true" />
      </button>
      {open && children}
    </div>
  );
}
