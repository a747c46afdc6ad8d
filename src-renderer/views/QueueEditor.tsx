import { useEffect, useId, useRef, useState } from 'react';
import type { SyntheticEvent, KeyboardEvent } from 'react';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import { failureWords } from './failure-words.ts';

interface QueueEditorProps {
  text: string;
  disabled: boolean;
  /** It was sent or removed meanwhile: what was typed here can only be copied. */
  gone: boolean;
  /** Rejects when it was not saved: the message may have been sent meanwhile. */
  onSave: (text: string) => Promise<void>;
  onCancel: () => void;
}

/** Changes the text of a message that waits. Escape leaves it as it was. */
export function QueueEditor({ text, disabled, gone, onSave, onCancel }: QueueEditorProps) {
  const [value, setValue] = useState(text);
  const [saving, setSaving] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  // Opened by a button of this very row: the person wants to type here.
  useEffect(() => field.current?.focus(), []);
  const usable = !gone && !disabled && !saving && value.trim() !== '' && value.length <= MAX_PROMPT_CHARS;
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!usable) return;
    setSaving(true);
    setError(null);
    onSave(value).catch((failure: unknown) => {
      setSaving(false);
      setError(failureWords(failure));
    });
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onCancel();
  };
  return (
    <form className="queue-editor" onSubmit={save} onKeyDown={keyDown}>
      <label className="visually-hidden" htmlFor={id}>
        Waiting message
      </label>
      <textarea
        id={id}
        className="input"
        ref={field}
        value={value}
        aria-invalid={error !== null}
        onChange={(event) => setValue(event.target.value)}
      />
      {gone && (
        <p className="error-text" role="alert">
          This message was sent or removed while you changed it. Copy your text if you still need it.
        </p>
      )}
      {!gone && error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <div className="row">
        {!gone && (
          <button type="submit" className="button button-primary" disabled={!usable}>
            Save
          </button>
        )}
        <button type="button" className="button" onClick={onCancel}>
          {gone ? 'Close' : 'Cancel'}
        </button>
      </div>
    </form>
  );
}
