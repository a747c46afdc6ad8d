import ReactMarkdown from 'react-markdown';
import type { Components } from 'react-markdown';
import { memo } from 'react';
import { markdownBlocks } from './markdown-blocks.ts';
import { safeLink } from './safe-link.ts';
import './markdown.css';

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

/** Prose of an agent. HTML in it is shown as text. Of a message that grows, only the last paragraph is drawn again. */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  return (
    <div className="prose">
      {markdownBlocks(text).map((block, at) => (
        <Block key={at} text={block} />
      ))}
    </div>
  );
});

const Block = memo(function Block({ text }: { text: string }) {
  return (
    <ReactMarkdown components={COMPONENTS} urlTransform={safeLink}>
      {text}
    </ReactMarkdown>
  );
});
