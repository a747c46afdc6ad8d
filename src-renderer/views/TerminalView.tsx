import { useLayoutEffect, useMemo, useRef } from 'react';
import type { ToolContent } from '../../src-shared/wire/timeline.ts';
import { terminalText } from './visible-text.ts';
import './block.css';

/** Within this many pixels of its end, output is followed. */
const END_PX = 24;

/** What a command printed, as plain text; new lines stay in view while the reader is at the end. */
export function TerminalView({ terminal }: { terminal: Extract<ToolContent, { type: 'terminal' }> }) {
  const { output, exitCode } = terminal;
  const text = useMemo(() => terminalText(output), [output]);
  const block = useRef<HTMLPreElement>(null);
  const following = useRef(true);
  useLayoutEffect(() => {
    const element = block.current;
    if (element && following.current) element.scrollTop = element.scrollHeight;
  }, [text]);
  const scrolled = () => {
    const element = block.current;
    if (element) following.current = element.scrollHeight - element.scrollTop - element.clientHeight <= END_PX;
  };
  return (
    <section>
      <p className="faint">
        Output
        {exitCode != null && (
          <>
            , <span className={exitCode === 0 ? undefined : 'tone-red'}>exit code {exitCode}</span>
          </>
        )}
      </p>
      <pre ref={block} className="block tool-block" tabIndex={0} aria-label="Output" onScroll={scrolled}>
        {text === '' ? <span className="faint">Nothing printed{exitCode == null && ' yet'}</span> : text}
      </pre>
    </section>
  );
}
