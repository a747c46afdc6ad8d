import { ArrowUp, Square } from 'lucide-react';
import { useLayoutEffect, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import { failureWords } from './failure-words.ts';
import { readDraft, writeDraft } from './drafts.ts';
import './composer.css';

interface ComposerProps {
  /** Drafts are kept under this name while the page lives. */
  draftKey: string;
  placeholder: string;
  /** Why nothing can be sent by this device at all; null when it can. */
  locked: string | null;
  /** A turn runs: a message has to wait, and Stop is offered. */
  busy: boolean;
  onSend: (text: string) => Promise<void>;
  onStop: () => Promise<void>;
}

/** Where a person writes to an agent. Enter sends, Shift+Enter breaks the line; on touch keyboards only the button sends. */
export function Composer({ draftKey, placeholder, locked, busy, onSend, onStop }: ComposerProps) {
  const [text, setText] = useState(() => readDraft(draftKey));
  const [error, setError] = useState<string | null>(null);
  const [stopping, setStopping] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);

  useLayoutEffect(() => {
    const element = field.current;
    if (!element) return;
    element.style.height = 'auto';
    element.style.height = `${element.scrollHeight}px`;
  }, [text]);

  const change = (value: string) => {
    setText(value);
    writeDraft(draftKey, value);
  };

  const tooLong = text.length > MAX_PROMPT_CHARS;
  const sendable = !busy && text.trim() !== '' && !tooLong;
  const send = () => {
    if (!sendable) return;
    setError(null);
    const sent = text;
    change('');
    onSend(sent).catch((failure: unknown) => {
      setError(failureWords(failure));
      // Nothing a person wrote is lost: unless they went on writing, it is back in the field.
      if (readDraft(draftKey) === '') change(sent);
    });
  };
  const stop = () => {
    setStopping(true);
    setError(null);
    onStop()
      .catch((failure: unknown) => setError(failureWords(failure)))
      .finally(() => setStopping(false));
  };
  const keyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing || hasTouchKeyboard()) return;
    event.preventDefault();
    send();
  };

  if (locked !== null) return <p className="composer-locked note">{locked}</p>;
  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
      {tooLong && (
        <p className="error-text" role="alert">
          This is longer than a message may be ({MAX_PROMPT_CHARS.toLocaleString()} characters). Put it into a file in
          the folder and name the file.
        </p>
      )}
      <div className="composer-box">
        <textarea
          ref={field}
          className="composer-field"
          aria-label="Message"
          rows={1}
          enterKeyHint={hasTouchKeyboard() ? 'enter' : 'send'}
          placeholder={busy ? 'Your next message' : placeholder}
          value={text}
          onChange={(event) => change(event.target.value)}
          onKeyDown={keyDown}
        />
        {busy ? (
          <button type="button" className="button" disabled={stopping} onClick={stop}>
            <Square className="icon" aria-hidden="true" />
            Stop
          </button>
        ) : (
          <button type="submit" className="button button-primary" disabled={!sendable}>
            <ArrowUp className="icon" aria-hidden="true" />
            Send
          </button>
        )}
      </div>
    </form>
  );
}

function hasTouchKeyboard(): boolean {
  return matchMedia('(pointer: coarse)').matches;
}
