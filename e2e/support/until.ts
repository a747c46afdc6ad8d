import type { Watchable } from '../../src-shared/watchable.ts';

/** Resolves with the first value, now or later, that satisfies `test`. The runner's own time-out ends a wait in vain. */
export function until<T, U extends T>(source: Watchable<T>, test: (value: T) => value is U): Promise<U>;
export function until<T>(source: Watchable<T>, test: (value: T) => boolean): Promise<T>;
export function until<T>(source: Watchable<T>, test: (value: T) => boolean): Promise<T> {
  return new Promise((resolve) => {
    let over = false;
    const look = (value: T): void => {
      if (over || !test(value)) return;
      over = true;
      unsubscribe();
      resolve(value);
    };
    const unsubscribe = source.subscribe(look);
    look(source.get());
  });
}
