import { useCallback, useSyncExternalStore } from 'react';
import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import type { Draft } from './draft.ts';

export interface DraftMessage {
  /** There is a message that is not too long, and all of its files are with the daemon. */
  readonly sendable: boolean;
  /** It has files that are not with the daemon. */
  readonly waiting: boolean;
}

const NOTHING: DraftMessage = { sendable: false, waiting: false };
const WAITING: DraftMessage = { sendable: false, waiting: true };
const READY: DraftMessage = { sendable: true, waiting: false };

/** Whether a draft can be sent; follows its uploads too. */
export function useDraftMessage(draft: Draft): DraftMessage {
  const subscribe = useCallback(
    (changed: () => void) => {
      let uploads: (() => void)[] = [];
      const follow = () => {
        for (const end of uploads) end();
        uploads = draft.state.get().uploads.map(({ state }) => state.subscribe(changed));
        changed();
      };
      const end = draft.state.subscribe(follow);
      uploads = draft.state.get().uploads.map(({ state }) => state.subscribe(changed));
      return () => {
        end();
        for (const endOne of uploads) endOne();
      };
    },
    [draft],
  );
  return useSyncExternalStore(subscribe, () => look(draft));
}

function look(draft: Draft): DraftMessage {
  const { text, uploads } = draft.state.get();
  if (text.trim() === '' && uploads.length === 0) return NOTHING;
  if (text.length > MAX_PROMPT_CHARS) return NOTHING;
  return draft.message() === null ? WAITING : READY;
}
