import { useCallback, useSyncExternalStore } from 'react';
import type { AgentFollower } from '../../src-shared/client/agent-follower.ts';
import type { AgentDetail } from '../../src-shared/wire/detail.ts';

/** Options, commands, queue and the like of the agent that is followed; null while they are not known. */
export function useDetail(follower: AgentFollower | null): AgentDetail | null {
  const subscribe = useCallback(
    (changed: () => void) => follower?.detail.subscribe(changed) ?? (() => undefined),
    [follower],
  );
  return useSyncExternalStore(subscribe, () => follower?.detail.get() ?? null);
}
