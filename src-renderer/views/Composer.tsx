import { ArrowUp, ListPlus, Square } from 'lucide-react';
import { useState } from 'react';
import type { ReactNode } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentCommand } from '../../src-shared/wire/detail.ts';
import { type ComposedMessage, draftNamed } from './draft.ts';
import { failureWords } from './failure-words.ts';
import { MessageField } from './MessageField.tsx';
import { useDraftMessage } from './use-draft-message.ts';
import './composer.css';

interface ComposerProps {
  client: DaemonClient;
  /** Drafts are kept under this name while the page lives. */
  draftKey: string;
  placeholder: string;
  /** The agent's folder, whose files can be mentioned. */
  cwd: string;
  /** What the agent takes after a `/`. */
  commands: readonly AgentCommand[];
  /** Why nothing can be sent by this device at all; null when it can. */
  locked: string | null;
  /** A turn runs: a message waits in the queue for its end, and Stop is offered. */
  busy: boolean;
  /** Shown beside the attach button. */
  tools?: ReactNode;
  onSend: (message: ComposedMessage) => Promise<void>;
  onStop: () => Promise<void>;
}

/** Where a person writes to an agent. Enter sends, Shift+Enter breaks the line; on touch keyboards only the button sends. */
export function Composer(props: ComposerProps) {
  const { client, draftKey, placeholder, cwd, commands, locked, busy, tools, onSend, onStop } = props;
  const draft = draftNamed(draftKey);
  const { sendable, waiting } = useDraftMessage(draft);
  const [error, setError] = useState<string | null>(null);
  const [stopping, setStopping] = useState(false);

  const send = () => {
    if (!sendable) return;
    setError(null);
    draft.send(onSend).catch((failure: unknown) => setError(failureWords(failure)));
  };
  const stop = () => {
    setStopping(true);
    setError(null);
    onStop()
      .catch((failure: unknown) => setError(failureWords(failure)))
      .finally(() => setStopping(false));
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
      <MessageField
        client={client}
        draft={draft}
        label="Message"
        placeholder={busy ? 'Your next message' : placeholder}
        cwd={cwd}
        commands={commands}
        rows={1}
        onEnter={send}
        tools={tools}
        actions={
          <>
            {busy && (
              <button type="button" className="button" disabled={stopping} onClick={stop}>
                <Square className="icon" aria-hidden="true" />
                Stop
              </button>
            )}
            <button
              type="submit"
              className="button button-primary"
              disabled={!sendable}
              title={waiting ? 'Not all of its files are sent yet' : undefined}
            >
              {busy ? (
                <ListPlus className="icon" aria-hidden="true" />
              ) : (
                <ArrowUp className="icon" aria-hidden="true" />
              )}
              {busy ? 'Queue' : 'Send'}
            </button>
          </>
        }
      />
    </form>
  );
}
