import { useState } from 'react';
import type { ToolContent } from '../../src-shared/wire/timeline.ts';
import type { DiffLine } from './diff-lines.ts';
import { linesOf } from './tool-words.ts';
import { revealHidden } from './visible-text.ts';
import './diff-view.css';

/** More lines than anyone reads at once; the rest is one button away, so that a huge change opens quickly. */
const FIRST_LINES = 400;

const SIGNS = { same: ' ', added: '+', removed: '−' } as const;

/** A file change, line by line. */
export function DiffView({ diff }: { diff: Extract<ToolContent, { type: 'diff' }> }) {
  const [all, setAll] = useState(false);
  const lines = linesOf(diff);
  const shown = all ? lines : lines.slice(0, FIRST_LINES);
  return (
    <figure className="diff">
      <figcaption className="diff-path">
        {revealHidden(diff.path)}
        {diff.oldText === null && <span className="faint"> new file</span>}
      </figcaption>
      <pre className="diff-lines" tabIndex={0} aria-label={`Changes in ${diff.path}`}>
        {shown.map((line, at) => (
          <Line key={at} line={line} />
        ))}
      </pre>
      {shown.length < lines.length && (
        <button type="button" className="button button-quiet" onClick={() => setAll(true)}>
          Show {lines.length - shown.length} more lines
        </button>
      )}
    </figure>
  );
}

function Line({ line }: { line: DiffLine }) {
  if (line.kind === 'gap')
    return (
      <span className="diff-line diff-gap">
        {line.count} unchanged {line.count === 1 ? 'line' : 'lines'}
        {'\n'}
      </span>
    );
  return (
    <span className={`diff-line diff-${line.kind}`}>
      <span className="diff-sign">{SIGNS[line.kind]}</span>
      {revealHidden(line.text)}
      {'\n'}
    </span>
  );
}
