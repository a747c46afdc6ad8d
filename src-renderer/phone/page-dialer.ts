import { type Dialer, DialError } from '../../src-shared/client/dialer.ts';

/**
 * Leaves out direct routes that this page cannot use, instead of letting the browser refuse them, or ask the person for access
 * to the local network: plain ones from a page that came over https, and loopback ones when the page came from elsewhere.
 */
export function pageDialer(dial: Dialer, page: { readonly protocol: string; readonly hostname: string }): Dialer {
  const here = isLoopback(page.hostname);
  return {
    relay: (route, signal) => dial.relay(route, signal),
    direct: (route, signal) => {
      const loopback = isLoopback(route.address.replace(/:\d+$/, ''));
      if (loopback ? !here : page.protocol === 'https:' && !route.tls)
        return Promise.reject(new DialError('blocked_by_page', 'This page cannot use that address.'));
      return dial.direct(route, signal);
    },
  };
}

function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|127(\.\d+){3}|\[::1\])$/.test(host);
}
