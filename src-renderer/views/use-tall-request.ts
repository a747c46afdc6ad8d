import type { Virtualizer } from '@tanstack/react-virtual';
import { useLayoutEffect, useRef } from 'react';
import type { RefObject } from 'react';
import { isOpenRequest } from './conversation-items.ts';
import type { ConversationItem } from './conversation-items.ts';

/**
 * A request that has no room in the view is shown from its beginning, once: what is asked comes before the buttons. The end is
 * no longer followed then. Nobody who reads elsewhere is moved.
 */
export function useTallRequest(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  last: { item: ConversationItem; index: number },
  following: boolean,
  setFollowing: (following: boolean) => void,
): void {
  const shown = useRef<string | null>(null);
  const { item, index } = last;
  const open = isOpenRequest(item);
  // After every measurement, and when the room gets smaller: a row is as high as it is only from its second drawing on.
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !following || !open) return;
    const look = () => {
      if (shown.current === item.key) return;
      const row = element.querySelector(`[data-index="${index}"]`);
      const { paddingTop, paddingBottom } = getComputedStyle(element);
      const room = element.clientHeight - Number.parseFloat(paddingTop) - Number.parseFloat(paddingBottom);
      if (!row || row.clientHeight <= room) return;
      shown.current = item.key;
      // The keyboard of a phone took the room: whoever types sees what they type.
      if (document.activeElement?.matches('input, textarea, select') === true) return;
      setFollowing(false);
      virtualizer.scrollToIndex(index, { align: 'start' });
    };
    look();
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  });
}
