import { ChevronRight, CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { connectionState } from '../views/connection-words.ts';
import { useWatchable } from '../views/use-watchable.ts';

/** The state of the connection in the header; opens its page. */
export function ConnectionButton({ client, onOpen }: { client: DaemonClient; onOpen: () => void }) {
  const state = useWatchable(client.state);
  const words = connectionState(state);
  return (
    <>
      <span className="visually-hidden" role="status">
        {words.word}
      </span>
      <button
        type="button"
        className="button button-quiet connection-button"
        aria-label={words.path === null ? words.word : `${words.path}, ${words.word}`}
        onClick={onOpen}
      >
        {state.state === 'connected' ? (
          <CircleCheck className="icon tone-green" aria-hidden="true" />
        ) : state.state === 'connecting' ? (
          <CircleDashed className="icon tone-grey" aria-hidden="true" />
        ) : (
          <CircleX className="icon tone-red" aria-hidden="true" />
        )}
        {words.path ?? words.word}
        <ChevronRight className="icon" aria-hidden="true" />
      </button>
    </>
  );
}
