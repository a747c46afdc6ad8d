import { Check, Copy } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { copyText } from './copy-text.ts';
import { revealHidden } from './visible-text.ts';
import './block.css';
import './copy-command.css';

/** How long the button says that it worked. */
const COPIED_MS = 2000;

interface CopyCommandProps {
  /** Copied as it is; shown with hidden characters made visible. */
  command: string;
  /** What it is, for those who do not see it: "Command to log in". */
  label: string;
}

/** A command for a terminal, or a link, to be read in full before it is copied. */
export function CopyCommand({ command, label }: CopyCommandProps) {
  const text = useRef<HTMLElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'failed' | null>(null);
  useEffect(() => {
    if (outcome !== 'copied') return;
    const timer = setTimeout(() => setOutcome(null), COPIED_MS);
    return () => clearTimeout(timer);
  }, [outcome]);

  const copy = async () => {
    const copied = await copyText(command);
    setOutcome(copied ? 'copied' : 'failed');
    if (!copied && text.current) getSelection()?.selectAllChildren(text.current);
  };

  return (
    <div className="copy-command" role="group" aria-label={label}>
      <code ref={text} className="block" tabIndex={0}>
        {revealHidden(command)}
      </code>
      <button type="button" className="button" onClick={() => void copy()}>
        {outcome === 'copied' ? (
          <Check className="icon tone-green" aria-hidden="true" />
        ) : (
          <Copy className="icon" aria-hidden="true" />
        )}
        {outcome === 'copied' ? 'Copied' : 'Copy'}
      </button>
      <span className={outcome === 'failed' ? 'note copy-command-failed' : 'visually-hidden'} role="status">
        {outcome === 'copied' && 'Copied'}
        {outcome === 'failed' && 'This page may not use the clipboard. The text is selected; copy it from there.'}
      </span>
    </div>
  );
}
