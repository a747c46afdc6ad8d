import { AtSign } from 'lucide-react';
import { AttachmentList } from './AttachmentView.tsx';
import type { ItemOf } from './conversation-items.ts';
import { clockTime, fullTime } from './time-words.ts';
import { revealHidden } from './visible-text.ts';

/** What a person said, with what they sent along. */
export function UserRow({ item }: { item: ItemOf<'user'> }) {
  const { text, attachments, by, at } = item;
  // Those that are in the text already need no second place.
  const mentions = item.mentions.filter((path) => !text.includes(`@${path}`));
  return (
    <div className="said">
      {attachments.length > 0 && <AttachmentList attachments={attachments} />}
      {text !== '' && <p className="said-text">{text}</p>}
      {mentions.length > 0 && <MentionList paths={mentions} />}
      <p className="faint">
        {by === null ? (
          'Before the import'
        ) : (
          <>
            <time dateTime={at} title={fullTime(at)}>
              {clockTime(at)}
            </time>{' '}
            from “{by.name}”
          </>
        )}
      </p>
    </div>
  );
}

function MentionList({ paths }: { paths: readonly string[] }) {
  return (
    <ul className="attachments" aria-label="Files of the folder">
      {paths.map((path) => (
        <li key={path} className="chip">
          <AtSign className="icon" aria-hidden="true" />
          <span className="one-line">{revealHidden(path)}</span>
        </li>
      ))}
    </ul>
  );
}
