import type { ToolContent } from '../../src-shared/wire/timeline.ts';
import { AttachmentView } from './AttachmentView.tsx';
import { LinkView } from './ContentView.tsx';
import { DiffView } from './DiffView.tsx';
import { TerminalView } from './TerminalView.tsx';
import { terminalText } from './visible-text.ts';
import './block.css';

/** One thing that a tool shows. `label` names text: "Output", "Details". */
export function ToolContentView({ content, label }: { content: ToolContent; label: string }) {
  switch (content.type) {
    case 'diff':
      return <DiffView diff={content} />;
    case 'text':
      return <TextBlock label={label} text={terminalText(content.text)} />;
    case 'terminal':
      return <TerminalView terminal={content} />;
    case 'attachment':
      return <AttachmentView attachment={content.attachment} size="wide" />;
    case 'link':
      return <LinkView link={content} />;
  }
}

/** Text with its name above. */
export function TextBlock({ label, text }: { label: string; text: string }) {
  return (
    <section>
      <p className="faint">{label}</p>
      <pre className="block tool-block" tabIndex={0} aria-label={label}>
        {text === '' ? ' ' : text}
      </pre>
    </section>
  );
}
