import ReactMarkdown from 'react-markdown';
import type { Components } from 'react-markdown';
import { memo } from 'react';
import './markdown.css';

/** Links of agents may leave for the web or a mail program, nothing else: no scripts, no files, no apps. */
function safeLink(url: string): string {
  return /^(?:https:\/\/|mailto:)/i.test(url) ? url : '';
}

const COMPONENTS: Components = {
  a: ({ href, children }) =>
    href === undefined || href === '' ? (
      <span>{children}</span>
    ) : (
      <a href={href} target="_blank" rel="noopener noreferrer" title={href}>
        {children}
      </a>
    ),
  // Loading a picture would tell its server who reads; its description stays.
  img: ({ alt }) => <span className="faint">[picture{alt ? `: ${alt}` : ''}]</span>,
};

/** Prose of an agent. HTML in it is shown as text. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      <ReactMarkdown components={COMPONENTS} urlTransform={safeLink}>
        {text}
      </ReactMarkdown>
    </div>
  );
});
