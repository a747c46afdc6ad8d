import { File, FileAudio, ImageIcon, ImageOff } from 'lucide-react';
import { Dialog } from 'radix-ui';
import { createContext, useContext, useEffect, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { Attachment } from '../../src-shared/wire/content.ts';
import { isPicture, type Picture, PictureCache } from './picture-cache.ts';
import { sizeWords } from './size-words.ts';
import { revealHidden } from './visible-text.ts';
import './attachment-view.css';

/** Where the pictures of the agent on the screen come from; null while there is none. */
export const PicturesContext = createContext<PictureCache | null>(null);

/** The pictures of one agent, for as long as the component is there. */
export function usePictures(client: DaemonClient, agentId: string): PictureCache | null {
  const [cache, setCache] = useState<PictureCache | null>(null);
  useEffect(() => {
    const started = new PictureCache(async (attachmentId, offset, signal) => {
      const part = await client.query('attachment.read', { agentId, attachmentId, offset }, signal);
      return part.data;
    });
    setCache(started);
    return () => {
      setCache(null);
      started.stop();
    };
  }, [client, agentId]);
  return cache;
}

/** Files that travel with a message: pictures in small, others by name. */
export function AttachmentList({ attachments }: { attachments: readonly Attachment[] }) {
  return (
    <ul className="attachments" aria-label="Files">
      {attachments.map((attachment) => (
        <li key={attachment.id}>
          <AttachmentView attachment={attachment} size="small" />
        </li>
      ))}
    </ul>
  );
}

/** One file: a picture that opens large, or its name and size. */
export function AttachmentView({ attachment, size }: { attachment: Attachment; size: 'small' | 'wide' }) {
  return isPicture(attachment) ? (
    <PictureView attachment={attachment} size={size} />
  ) : (
    <FileChip attachment={attachment} />
  );
}

function FileChip({ attachment }: { attachment: Attachment }) {
  const Icon = attachment.mimeType.startsWith('audio/') ? FileAudio : File;
  return (
    <span className="chip" title={revealHidden(attachment.mimeType)}>
      <Icon className="icon" aria-hidden="true" />
      <span className="one-line">{revealHidden(attachment.name)}</span>
      <span className="faint">{sizeWords(attachment.size)}</span>
    </span>
  );
}

function PictureView({ attachment, size }: { attachment: Attachment; size: 'small' | 'wide' }) {
  const [round, setRound] = useState(0);
  const [unreadable, setUnreadable] = useState(false);
  const picture = usePicture(attachment, round);
  const name = revealHidden(attachment.name);
  if (unreadable) return <FileChip attachment={attachment} />;
  switch (picture.state) {
    case 'loading':
      return (
        <span className={`picture picture-${size}`} role="img" aria-label={`${name}, loading`}>
          <ImageIcon className="icon-medium" aria-hidden="true" />
        </span>
      );
    case 'failed':
      return (
        <button
          type="button"
          className={`picture picture-${size}`}
          title={picture.message}
          onClick={() => setRound(round + 1)}
        >
          <ImageOff className="icon-medium" aria-hidden="true" />
          <span className="faint">
            Not loaded<span className="visually-hidden">: {name}</span>. Try again
          </span>
        </button>
      );
    case 'ready':
      // Without Dialog.Overlay on purpose: it injects a style element, which the content security policy forbids.
      return (
        <Dialog.Root>
          <Dialog.Trigger className={`picture picture-${size}`} aria-label={`Show ${name}`} title={name}>
            <img src={picture.url} alt="" onError={() => setUnreadable(true)} />
          </Dialog.Trigger>
          <Dialog.Portal>
            <div className="dialog-veil" />
            <Dialog.Content className="picture-large" aria-describedby={undefined}>
              <img src={picture.url} alt={name} />
              <div className="row picture-caption">
                <Dialog.Title className="grow one-line">{name}</Dialog.Title>
                <Dialog.Close className="button">Close</Dialog.Close>
              </div>
            </Dialog.Content>
          </Dialog.Portal>
        </Dialog.Root>
      );
  }
}

const LOADING: Picture = { state: 'loading' };

/** A new `round` tries again. */
function usePicture(attachment: Attachment, round: number): Picture {
  const cache = useContext(PicturesContext);
  const [picture, setPicture] = useState<Picture>(LOADING);
  useEffect(() => {
    if (!cache) return;
    const source = cache.acquire(attachment);
    setPicture(source.get());
    const unsubscribe = source.subscribe(setPicture);
    return () => {
      unsubscribe();
      cache.release(attachment);
    };
  }, [cache, attachment, round]);
  return picture;
}
