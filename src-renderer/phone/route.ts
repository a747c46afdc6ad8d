import { useCallback, useEffect, useState } from 'react';
import { AgentId } from '../../src-shared/ids.ts';

/** The pages of the phone app. */
export type Route =
  | { readonly page: 'agents' }
  | { readonly page: 'agent'; readonly agentId: string }
  | { readonly page: 'start' }
  | { readonly page: 'import' }
  | { readonly page: 'daemon' };

/** The page that an address fragment names; anything unknown is the list of agents. */
export function readRoute(hash: string): Route {
  if (hash === '#/start') return { page: 'start' };
  if (hash === '#/import') return { page: 'import' };
  if (hash === '#/computer') return { page: 'daemon' };
  const agentId = /^#\/agent\/(.+)$/.exec(hash)?.[1];
  return AgentId.safeParse(agentId).success ? { page: 'agent', agentId: agentId! } : { page: 'agents' };
}

export function writeRoute(route: Route): string {
  switch (route.page) {
    case 'agents':
      return '#/';
    case 'agent':
      return `#/agent/${route.agentId}`;
    case 'start':
      return '#/start';
    case 'import':
      return '#/import';
    case 'daemon':
      return '#/computer';
  }
}

/** The current page and the ways to change it; the browser's own back button works. */
export function useRoute(): {
  route: Route;
  go: (route: Route) => void;
  replace: (route: Route) => void;
  back: () => void;
} {
  const [route, setRoute] = useState(() => readRoute(location.hash));
  useEffect(() => {
    const changed = () => setRoute(readRoute(location.hash));
    window.addEventListener('popstate', changed);
    return () => window.removeEventListener('popstate', changed);
  }, []);
  const replace = useCallback((next: Route) => {
    history.replaceState(history.state, '', writeRoute(next));
    setRoute(next);
  }, []);
  const go = useCallback((next: Route) => {
    history.pushState({ inside: true }, '', writeRoute(next));
    setRoute(next);
  }, []);
  const back = useCallback(() => {
    // A page that was opened directly (a bookmark) has nothing of ours behind it.
    if ((history.state as { inside?: boolean } | null)?.inside === true) history.back();
    else replace({ page: 'agents' });
  }, [replace]);
  return { route, go, replace, back };
}
