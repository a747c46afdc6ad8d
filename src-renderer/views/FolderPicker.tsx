import { Check, CornerLeftUp, Folder } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { Skeleton } from './Blank.tsx';
import { useQuery } from './use-query.ts';
import { folderName, revealHidden } from './visible-text.ts';
import './item.css';

interface FolderPickerProps {
  client: DaemonClient;
  /** Where to begin; null: in the person's own folder. */
  initial: string | null;
  chosen: string | null;
  /** null while it is not known whether the folder is there. */
  onChoose: (path: string | null) => void;
}

/** Walks the computer's folders. The folder that is open is the one that is chosen. */
export function FolderPicker({ client, initial, chosen, onChoose }: FolderPickerProps) {
  const [path, setPath] = useState(initial);
  const listing = useQuery(client, 'folders.list', { path });
  const { data } = listing;

  const open = listing.loading || listing.error !== null ? null : (data?.path ?? null);
  useEffect(() => onChoose(open), [open, onChoose]);
  const enter = (next: string | null) => {
    // Until the folder has answered it is not the one an agent would start in.
    onChoose(null);
    setPath(next);
  };

  if (data === null && listing.error === null) return <Skeleton rows={4} label="Loading folders" />;
  const recent = data?.recent.filter((folder) => folder !== data.path).slice(0, 4) ?? [];
  return (
    <div className="folders">
      {listing.error !== null && (
        <p className="error-text" role="alert">
          {listing.error}{' '}
          <button type="button" className="link" onClick={() => enter(null)}>
            Open the home folder
          </button>
        </p>
      )}
      {recent.length > 0 && (
        <div className="row" aria-label="Recent folders" role="group">
          {recent.map((folder) => (
            <button
              key={folder}
              type="button"
              className="button folder-recent"
              title={folder}
              onClick={() => enter(folder)}
            >
              {folderName(folder)}
            </button>
          ))}
        </div>
      )}
      {data !== null && (
        <div className="folder-box">
          <p className="folder-chosen" aria-live="polite">
            <Check className={`icon ${chosen === data.path ? 'tone-green' : 'tone-grey'}`} aria-hidden="true" />
            <span className="grow">{revealHidden(data.path)}</span>
          </p>
          <ul className="folder-rows" aria-label="Folders" aria-busy={listing.loading}>
            {data.parent !== null && (
              <li>
                <button type="button" className="item folder-row" onClick={() => enter(data.parent)}>
                  <CornerLeftUp className="icon" aria-hidden="true" />
                  Up to {folderName(data.parent)}
                </button>
              </li>
            )}
            {data.folders.map((folder) => (
              <li key={folder.path}>
                <button type="button" className="item folder-row" onClick={() => enter(folder.path)}>
                  <Folder className="icon" aria-hidden="true" />
                  <span className="one-line">{revealHidden(folder.name)}</span>
                </button>
              </li>
            ))}
            {data.folders.length === 0 && <li className="note folder-none">No folders in here.</li>}
          </ul>
        </div>
      )}
    </div>
  );
}
