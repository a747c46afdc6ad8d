import { createServer, type Server } from 'node:http';

/** What a page got out of one attempt. */
interface Attempt {
  readonly way: string;
  /** `nothing`, or what it could read or reach. */
  readonly got: string;
}

/** A web site that somebody else runs, on 127.0.0.1 under whatever name the browser is told. */
export class HostileSite {
  readonly #server: Server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Hostile</title><body></body>');
  });

  async start(): Promise<number> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the site has no port');
    return address.port;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

/** Runs inside a page: everything a page can try against `target` (`http://host:port`), one after the other. */
export async function attack(target: string): Promise<Attempt[]> {
  const limit = <T>(work: Promise<T>): Promise<T | 'nothing'> =>
    Promise.race([work, new Promise<'nothing'>((resolve) => setTimeout(() => resolve('nothing'), 3000))]);
  const read = async (path: string, init?: RequestInit): Promise<string> => {
    try {
      const response = await fetch(target + path, init);
      if (response.type === 'opaque') return 'nothing';
      return response.ok ? `status ${response.status}: ${(await response.text()).slice(0, 60)}` : 'nothing';
    } catch {
      return 'nothing';
    }
  };
  const socket = (): Promise<string> =>
    new Promise((resolve) => {
      const ws = new WebSocket(`${target.replace('http', 'ws')}/ws`);
      ws.onopen = () => resolve('a WebSocket');
      ws.onerror = () => resolve('nothing');
    });
  const events = (): Promise<string> =>
    new Promise((resolve) => {
      const source = new EventSource(`${target}/health`);
      const done = (got: string): void => {
        source.close();
        resolve(got);
      };
      source.onopen = () => done('an event stream');
      source.onmessage = () => done('an event');
      source.onerror = () => done('nothing');
    });
  const element = (tag: 'script' | 'img', path: string): Promise<string> =>
    new Promise((resolve) => {
      const node = document.createElement(tag);
      node.onload = () => resolve(`a loaded ${tag}`);
      node.onerror = () => resolve('nothing');
      node.src = target + path;
      document.body.append(node);
    });
  const framed = (post: boolean): Promise<string> =>
    new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.name = `frame-${Math.random()}`;
      frame.onload = () => {
        try {
          const text = frame.contentDocument?.body.textContent ?? '';
          if (text !== '' && !text.startsWith('Forbidden')) resolve(`a frame: ${text.slice(0, 60)}`);
        } catch {
          // Another origin: nothing of it can be read.
        }
        if (frame.src !== '' || !post) resolve('nothing');
      };
      if (!post) frame.src = `${target}/`;
      document.body.append(frame);
      if (!post) return;
      const form = document.createElement('form');
      form.method = 'post';
      form.enctype = 'text/plain';
      form.action = `${target}/ws`;
      form.target = frame.name;
      form.append(Object.assign(document.createElement('input'), { name: '{"t":"hello"', value: '}' }));
      document.body.append(form);
      form.submit();
      setTimeout(() => resolve('nothing'), 500);
    });
  const beacon = (): Promise<string> => {
    navigator.sendBeacon(`${target}/ws`, '{}');
    return Promise.resolve('nothing');
  };
  const ways: [string, () => Promise<string>][] = [
    ['fetch /health', () => read('/health')],
    ['fetch /', () => read('/')],
    ['fetch with credentials', () => read('/', { credentials: 'include' })],
    ['no-cors POST', () => read('/ws', { method: 'POST', mode: 'no-cors', body: '{"t":"hello"}' })],
    ['POST with a preflight', () => read('/ws', { method: 'POST', headers: { 'x-a': '1' }, body: '{}' })],
    ['WebSocket', socket],
    ['EventSource', events],
    ['script', () => element('script', '/service-worker.js')],
    ['img', () => element('img', '/icon.svg')],
    ['form POST', () => framed(true)],
    ['frame', () => framed(false)],
    // Nothing of its answer can be read in any case; only the daemon's log tells what became of it.
    ['beacon', beacon],
  ];
  const attempts: Attempt[] = [];
  for (const [way, run] of ways) attempts.push({ way, got: await limit(run()) });
  return attempts;
}
