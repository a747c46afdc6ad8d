import { Camera, File, Images, Paperclip } from 'lucide-react';
import { DropdownMenu } from 'radix-ui';
import { useRef } from 'react';
import type { ReactNode, RefObject } from 'react';
import { hasTouchKeyboard } from './touch-keyboard.ts';
import './item.css';
import './menu.css';

/** Chooses files to send along; on a phone also from the camera or the gallery. */
export function AttachButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const file = useRef<HTMLInputElement>(null);
  const gallery = useRef<HTMLInputElement>(null);
  const camera = useRef<HTMLInputElement>(null);
  const icon = <Paperclip className="icon" aria-hidden="true" />;
  if (!hasTouchKeyboard())
    return (
      <>
        <button
          type="button"
          className="button button-quiet button-icon"
          aria-label="Attach files"
          title="Attach files"
          onClick={() => file.current?.click()}
        >
          {icon}
        </button>
        <FileInput input={file} label="Files to attach" onFiles={onFiles} />
      </>
    );
  return (
    <>
      {/* Not modal on purpose: the modal kind injects a style element, which the content security policy forbids. */}
      <DropdownMenu.Root modal={false}>
        <DropdownMenu.Trigger className="button button-quiet button-icon" aria-label="Attach">
          {icon}
        </DropdownMenu.Trigger>
        <DropdownMenu.Portal>
          <DropdownMenu.Content className="menu" align="start" side="top" collisionPadding={8}>
            <Source icon={<Camera className="icon" aria-hidden="true" />} onSelect={() => camera.current?.click()}>
              Take a photo
            </Source>
            <Source icon={<Images className="icon" aria-hidden="true" />} onSelect={() => gallery.current?.click()}>
              Choose pictures
            </Source>
            <Source icon={<File className="icon" aria-hidden="true" />} onSelect={() => file.current?.click()}>
              Choose files
            </Source>
          </DropdownMenu.Content>
        </DropdownMenu.Portal>
      </DropdownMenu.Root>
      <FileInput input={camera} label="Photo to attach" accept="image/*" capture="environment" onFiles={onFiles} />
      <FileInput input={gallery} label="Pictures to attach" accept="image/*" onFiles={onFiles} />
      <FileInput input={file} label="Files to attach" onFiles={onFiles} />
    </>
  );
}

function Source({ icon, onSelect, children }: { icon: ReactNode; onSelect: () => void; children: ReactNode }) {
  return (
    <DropdownMenu.Item className="item menu-item" onSelect={onSelect}>
      {icon}
      {children}
    </DropdownMenu.Item>
  );
}

interface FileInputProps {
  input: RefObject<HTMLInputElement | null>;
  label: string;
  accept?: string;
  capture?: 'environment';
  onFiles: (files: File[]) => void;
}

function FileInput({ input, label, accept, capture, onFiles }: FileInputProps) {
  return (
    <input
      ref={input}
      type="file"
      hidden
      multiple={capture === undefined}
      accept={accept}
      capture={capture}
      aria-label={label}
      onChange={(event) => {
        onFiles([...(event.target.files ?? [])]);
        // The same file can be chosen again.
        event.target.value = '';
      }}
    />
  );
}
