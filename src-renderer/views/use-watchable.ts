import { useCallback, useSyncExternalStore } from 'react';
import type { Watchable } from '../../src-shared/watchable.ts';

/** The current value of a watchable; the component renders again after every change. */
export function useWatchable<T>(watchable: Watchable<T>): T {
  const subscribe = useCallback((changed: () => void) => watchable.subscribe(changed), [watchable]);
  return useSyncExternalStore(subscribe, () => watchable.get());
}

/** Like {@link useWatchable}, but at most once per frame: for values that change with every streamed word. */
export function useFrameWatchable<T>(watchable: Watchable<T>): T {
  const subscribe = useCallback(
    (changed: () => void) => {
      let frame: number | null = null;
      const end = watchable.subscribe(() => {
        frame ??= requestAnimationFrame(() => {
          frame = null;
          changed();
        });
      });
      return () => {
        end();
        if (frame !== null) cancelAnimationFrame(frame);
      };
    },
    [watchable],
  );
  return useSyncExternalStore(subscribe, () => watchable.get());
}
