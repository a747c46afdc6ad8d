import { useEffect, useId, useRef, useState } from 'react';
import type { SyntheticEvent, KeyboardEvent } from 'react';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { QueuedPrompt } from '../../src-shared/wire/detail.ts';
import { failureWords } from './failure-words.ts';
import { useQuery } from './use-query.ts';

interface QueueEditorProps {
  client: DaemonClient;
  agentId: string;
  prompt: QueuedPrompt;
  disabled: boolean;
  /** It was sent or removed meanwhile: what was typed here can only be copied. */
  gone: boolean;
  /** Rejects when it was not saved: the message may have been sent meanwhile. */
  onSave: (text: string) => Promise<void>;
  onCancel: () => void;
}

/** Changes the text of a message that waits, all of it. Escape leaves it as it was. */
export function QueueEditor({ client, agentId, prompt, disabled, gone, onSave, onCancel }: QueueEditorProps) {
  const rest = useQuery(client, 'queue.read', prompt.whole ? null : { agentId, queuedId: prompt.id });
  const [typed, setTyped] = useState<string | null>(null);
  const [saving, setSaving] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  // Opened by a button of this very row: the person wants to type here.
  useEffect(() => field.current?.focus(), []);
  // Saving the beginning alone would lose the rest.
  const reading = !prompt.whole && rest.data === null;
  const value = typed ?? rest.data?.text ?? prompt.text;
  const error = reading ? rest.error : refused;
  const tooLong = value.length > MAX_PROMPT_CHARS;
  const usable = !gone && !disabled && !saving && !reading && value.trim() !== '' && !tooLong;
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!usable) return;
    setSaving(true);
    setRefused(null);
    onSave(value).catch((failure: unknown) => {
      setSaving(false);
      setRefused(failureWords(failure));
    });
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.nativeEvent.isComposing) onCancel();
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
        readOnly={reading}
        aria-busy={reading && error === null}
        aria-invalid={error !== null || tooLong}
        onChange={(event) => setTyped(event.target.value)}
      />
      {!gone && reading && error === null && <p className="faint">Loading the whole message…</p>}
      {gone && (
        <p className="error-text" role="alert">
          This message was sent or removed while you changed it. Copy your text if you still need it.
        </p>
      )}
      {!gone && tooLong && (
        <p className="error-text" role="alert">
          This is longer than a message may be ({MAX_PROMPT_CHARS.toLocaleString()} characters).
        </p>
      )}
      {!gone && error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      <div className="row">
        {!gone && reading && error !== null && (
          <button
            type="button"
            className="button button-primary"
            disabled={disabled || rest.loading}
            onClick={rest.reload}
          >
            Try again
          </button>
        )}
        {!gone && !reading && (
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
