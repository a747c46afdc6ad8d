import { FileText, Link } from 'lucide-react';
import type { ContentBlock, LinkBlock } from '../../src-shared/wire/content.ts';
import { AttachmentView } from './AttachmentView.tsx';
import { FoldedRow } from './FoldedRow.tsx';
import { safeLink } from './safe-link.ts';
import { folderName, revealHidden, terminalText } from './visible-text.ts';
import './block.css';
import './content-view.css';

/** Part of a message that is not text. */
export function ContentView({ block, rowKey, at }: { block: ContentBlock; rowKey: string; at: string }) {
  switch (block.type) {
    case 'attachment':
      return <AttachmentView attachment={block.attachment} size="wide" />;
    case 'link':
      return <LinkView link={block} />;
    case 'resource': {
      const lines = block.text.split('\n').length;
      return (
        <FoldedRow
          rowKey={rowKey}
          at={at}
          icon={<FileText className="icon" aria-hidden="true" />}
          summary={folderName(block.uri)}
          result={<span className="tool-result">{lines === 1 ? '1 line' : `${lines} lines`}</span>}
        >
          <div className="tool-details">
            <p className="faint">{revealHidden(block.uri)}</p>
            <pre className="block tool-block" tabIndex={0} aria-label={`Text of ${folderName(block.uri)}`}>
              {terminalText(block.text)}
            </pre>
          </div>
        </FoldedRow>
      );
    }
  }
}

/** Somewhere else. Only addresses that may leave the app are links; of others, such as files, the place is shown. */
export function LinkView({ link }: { link: LinkBlock }) {
  const href = safeLink(link.uri);
  const name = revealHidden(link.name === '' ? link.uri : link.name);
  return (
    <div className="link-card">
      <Link className="icon" aria-hidden="true" />
      <span className="grow">
        {href === '' ? (
          <span>{name}</span>
        ) : (
          <a href={href} target="_blank" rel="noopener noreferrer">
            {name}
          </a>
        )}
        {link.description !== null && link.description !== '' && (
          <span className="link-card-line">{revealHidden(link.description)}</span>
        )}
        {name !== link.uri && <span className="link-card-line faint">{revealHidden(link.uri)}</span>}
      </span>
    </div>
  );
}
