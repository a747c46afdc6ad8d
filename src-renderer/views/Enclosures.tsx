import { AtSign, File, LoaderCircle, RotateCw, TriangleAlert, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import type { ReactNode } from 'react';
import type { AttachmentUpload, UploadState } from './attachment-upload.ts';
import { sizeWords } from './size-words.ts';
import { useWatchable } from './use-watchable.ts';
import { revealHidden } from './visible-text.ts';
import './enclosures.css';

interface EnclosuresProps {
  uploads: readonly AttachmentUpload[];
  mentions: readonly string[];
  onDetach: (upload: AttachmentUpload) => void;
  onUnmention: (path: string) => void;
}

/** What goes along with a message: files on their way, and files of the folder that it names. */
export function Enclosures({ uploads, mentions, onDetach, onUnmention }: EnclosuresProps) {
  if (uploads.length === 0 && mentions.length === 0) return null;
  return (
    <ul className="enclosures" aria-label="Goes along">
      {uploads.map((upload) => (
        <UploadChip key={upload.key} upload={upload} onDetach={() => onDetach(upload)} />
      ))}
      {mentions.map((path) => (
        <li key={path} className="enclosure" title={path}>
          <AtSign className="icon" aria-hidden="true" />
          <span className="enclosure-name one-line">{revealHidden(path)}</span>
          <ChipButton label={`Do not mention ${path}`} onClick={() => onUnmention(path)}>
            <X className="icon" aria-hidden="true" />
          </ChipButton>
        </li>
      ))}
    </ul>
  );
}

function UploadChip({ upload, onDetach }: { upload: AttachmentUpload; onDetach: () => void }) {
  const state = useWatchable(upload.state);
  const thumbnail = useWatchable(upload.thumbnail);
  const failed = state.state === 'failed';
  const row = useRef<HTMLLIElement>(null);
  useEffect(() => {
    // Among many files the one that holds up the message has to be seen.
    if (failed) row.current?.scrollIntoView({ block: 'nearest' });
  }, [failed]);
  return (
    <li ref={row} className="enclosure" data-failed={failed} title={upload.name}>
      {failed ? (
        <TriangleAlert className="icon tone-red" aria-hidden="true" />
      ) : thumbnail !== null ? (
        <Thumbnail bitmap={thumbnail} />
      ) : state.state === 'done' ? (
        <File className="icon" aria-hidden="true" />
      ) : (
        <LoaderCircle className="icon spin" aria-hidden="true" />
      )}
      <span className="enclosure-name">
        <span className="one-line enclosure-title">{revealHidden(upload.name)}</span>
        <UploadNote state={state} />
      </span>
      {state.state === 'failed' && !state.final && (
        <ChipButton label={`Send ${upload.name} again`} onClick={() => upload.retry()}>
          <RotateCw className="icon" aria-hidden="true" />
        </ChipButton>
      )}
      <ChipButton label={`Remove ${upload.name}`} onClick={onDetach}>
        <X className="icon" aria-hidden="true" />
      </ChipButton>
    </li>
  );
}

function UploadNote({ state }: { state: UploadState }) {
  switch (state.state) {
    case 'preparing':
      return <span className="faint">Preparing</span>;
    case 'sending':
      if (state.waiting) return <span className="faint">Waits for the connection</span>;
      return (
        <progress className="enclosure-progress" aria-label="Upload" max={Math.max(1, state.size)} value={state.sent} />
      );
    case 'done':
      return <span className="faint">{sizeWords(state.attachment.size)}</span>;
    case 'failed':
      return (
        <span className="error-text" role="alert">
          {state.message}
        </span>
      );
  }
}

function ChipButton({ label, onClick, children }: { label: string; onClick: () => void; children: ReactNode }) {
  return (
    <button type="button" className="enclosure-button" aria-label={label} onClick={onClick}>
      {children}
    </button>
  );
}

/** Drawn, not loaded: no address of the picture is needed. */
function Thumbnail({ bitmap }: { bitmap: ImageBitmap }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    canvas.current?.getContext('2d')?.drawImage(bitmap, 0, 0);
  }, [bitmap]);
  return (
    <canvas
      ref={canvas}
      className="enclosure-picture"
      width={bitmap.width}
      height={bitmap.height}
      role="img"
      aria-label="Picture"
    />
  );
}
