import { Clock, Paperclip, Pencil, Trash2 } from 'lucide-react';
import { useRef, useState } from 'react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { AgentState } from '../../src-shared/wire/agent.ts';
import type { QueuedPrompt } from '../../src-shared/wire/detail.ts';
import { ConfirmDialog } from './ConfirmDialog.tsx';
import { failureWords } from './failure-words.ts';
import { QueueEditor } from './QueueEditor.tsx';
import { enclosedWords, pausedWords } from './queue-words.ts';
import './queue-list.css';

interface QueueListProps {
  client: DaemonClient;
  agentId: string;
  queue: readonly QueuedPrompt[];
  paused: boolean;
  state: AgentState;
  canSteer: boolean;
  connected: boolean;
  onEdit: (queuedId: string, text: string) => Promise<void>;
  onRemove: (queuedId: string) => Promise<void>;
  /** Goes on with what waits. */
  onResume: () => Promise<void>;
}

/** Messages that wait for the turn to end, in their order. */
export function QueueList(props: QueueListProps) {
  const { client, agentId, queue, paused, state, canSteer, connected, onEdit, onRemove, onResume } = props;
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const [edited, setEdited] = useState<QueuedPrompt | null>(null);
  /** Whose editor was closed last, for the keyboard to go on from there. */
  const [left, setLeft] = useState<string | null>(null);
  const section = useRef<HTMLElement>(null);
  const gone = edited !== null && !queue.some(({ id }) => id === edited.id);
  if (queue.length === 0 && !gone) return null;
  const attempt = (action: Promise<void>) => {
    setBusy(true);
    setError(null);
    action.catch((failure: unknown) => setError(failureWords(failure))).finally(() => setBusy(false));
  };
  const edit = (prompt: QueuedPrompt) => {
    setEdited(prompt);
    setLeft(null);
  };
  const close = (id: string) => {
    const { activeElement, body } = document;
    // Whoever went on elsewhere while it was saved stays there.
    const here = activeElement === body || section.current?.contains(activeElement) === true;
    // Another one may be open since.
    setEdited((now) => (now?.id === id ? null : now));
    setLeft(here ? id : null);
  };
  return (
    <section className="queue" ref={section} aria-label="Waiting messages">
      <div className="queue-head">
        <Clock className="icon" aria-hidden="true" />
        <span className="grow">
          {paused && queue.length > 0 ? pausedWords(state, queue.length) : waitingWords(queue.length)}
        </span>
        {paused && canSteer && queue.length > 0 && (
          <button type="button" className="button" disabled={busy || !connected} onClick={() => attempt(onResume())}>
            Send now
          </button>
        )}
      </div>
      <ol className="queue-rows">
        {(gone ? [edited, ...queue] : queue).map((prompt) =>
          prompt.id === edited?.id ? (
            <li key={prompt.id} className="queue-row">
              <QueueEditor
                client={client}
                agentId={agentId}
                prompt={edited}
                disabled={busy || !connected}
                gone={gone}
                onSave={(text) => onEdit(prompt.id, text).then(() => close(prompt.id))}
                onCancel={() => close(prompt.id)}
              />
            </li>
          ) : (
            <QueueRow
              key={prompt.id}
              prompt={prompt}
              canSteer={canSteer}
              disabled={busy || !connected}
              focused={prompt.id === left}
              onEdit={() => edit(prompt)}
              onRemove={() => attempt(onRemove(prompt.id))}
            />
          ),
        )}
      </ol>
      {error !== null && (
        <p className="error-text" role="alert">
          {error}
        </p>
      )}
    </section>
  );
}

interface QueueRowProps {
  prompt: QueuedPrompt;
  canSteer: boolean;
  disabled: boolean;
  /** It starts with the keyboard on its edit button. */
  focused: boolean;
  onEdit: () => void;
  onRemove: () => void;
}

function QueueRow({ prompt, canSteer, disabled, focused, onEdit, onRemove }: QueueRowProps) {
  const enclosed = enclosedWords(prompt);
  return (
    <li className="queue-row">
      <span className="grow">
        <span className="two-lines queue-text">{prompt.whole ? prompt.text : `${prompt.text}…`}</span>
        {enclosed !== null && (
          <span className="faint queue-enclosed">
            <Paperclip className="icon" aria-hidden="true" />
            {enclosed}
          </span>
        )}
      </span>
      {canSteer && (
        <>
          <button
            type="button"
            className="button button-quiet button-icon"
            aria-label="Edit"
            title="Edit"
            disabled={disabled}
            autoFocus={focused}
            onClick={onEdit}
          >
            <Pencil className="icon" aria-hidden="true" />
          </button>
          <ConfirmDialog
            trigger={
              <button
                type="button"
                className="button button-quiet button-icon"
                aria-label="Remove"
                title="Remove"
                disabled={disabled}
              >
                <Trash2 className="icon" aria-hidden="true" />
              </button>
            }
            title="Remove this message?"
            confirm="Remove"
            onConfirm={onRemove}
          >
            It is not sent, and its text is gone.
          </ConfirmDialog>
        </>
      )}
    </li>
  );
}

function waitingWords(count: number): string {
  if (count === 0) return 'No message waits any more';
  return count === 1 ? '1 message waits for this turn to end' : `${count} messages wait for this turn to end`;
}
