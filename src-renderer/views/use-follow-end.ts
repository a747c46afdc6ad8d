import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect } from 'react';
import type { RefObject } from 'react';
import { flushSync } from 'react-dom';

/** Within this many pixels of the end counts as being at the end. */
export const END_THRESHOLD = 48;

/**
 * Tells when the reader leaves the end of a list and comes back to it. Any move up leaves at once, however small: while text
 * streams in, a position alone would pull a slow finger back to the end with every word. Who stays there goes on reading the
 * newest when the view gets lower, because a keyboard opens or the composer grows.
 */
export function useFollowEnd(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  following: boolean,
  setFollowing: (following: boolean) => void,
  /** How near to the end counts as coming back to it, in pixels. */
  threshold = END_THRESHOLD,
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    let top = element.scrollTop;
    let height = element.scrollHeight;
    let room = element.clientHeight;
    const scrolled = () => {
      const up = element.scrollTop < top - 1;
      // Content that got lower, or a view of another height, moves the end without anybody leaving it.
      const shrunk =
        element.scrollHeight < height ||
        element.clientHeight !== room ||
        element.scrollHeight - element.scrollTop - element.clientHeight < 1;
      top = element.scrollTop;
      height = element.scrollHeight;
      room = element.clientHeight;
      // Before the next measurement of this very frame would pin the end again.
      if (following && up && !shrunk) flushSync(() => setFollowing(false));
      else if (!following && !up && virtualizer.isAtEnd(threshold)) setFollowing(true);
    };
    const observer = new ResizeObserver(() => {
      if (following) virtualizer.scrollToEnd();
    });
    element.addEventListener('scroll', scrolled, { passive: true });
    observer.observe(element);
    return () => {
      element.removeEventListener('scroll', scrolled);
      observer.disconnect();
    };
  }, [scroller, virtualizer, following, setFollowing, threshold]);
}
