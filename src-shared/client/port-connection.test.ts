import { afterEach, describe, expect, it } from 'vitest';
import { MessageChannel } from 'node:worker_threads';
import { deferred } from '../deferred.ts';
import { browserPort, emitterPort, portConnection } from './port-connection.ts';
import type { MessageConnection } from '../channel/message-connection.ts';

const open: MessageConnection[] = [];

afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close('fin');
});

describe('a connection over a message port', () => {
  it('carries messages both ways, in order, also those from before anybody listened', async () => {
    const [window, main] = pair();
    for (const text of ['one', 'two', 'three']) window.send(text);
    const heard: string[] = [];
    const done = deferred<void>();
    await new Promise(setImmediate);
    main.attach({
      message: (text) => {
        heard.push(text);
        main.send(`${text} back`);
        if (heard.length === 3) done.resolve();
      },
    });
    const back = deferred<string>();
    window.attach({ message: (text) => (text === 'three back' ? back.resolve(text) : undefined) });
    await done.promise;
    expect(heard).toEqual(['one', 'two', 'three']);
    await back.promise;
  });

  it('counts what the other end has not taken', async () => {
    const [window, main] = pair();
    window.send('x'.repeat(1000));
    expect(window.bufferedAmount()).toBe(1000);
    main.attach({ message: () => undefined });
    while (window.bufferedAmount() > 0) await new Promise(setImmediate);
  });

  it('says why it ended, at both ends', async () => {
    const [window, main] = pair();
    await main.close('going-away');
    await expect(main.closed).resolves.toEqual({ code: 'going-away', by: 'local' });
    await expect(window.closed).resolves.toEqual({ code: 'going-away', by: 'remote' });
    expect(window.signal.reason).toMatchObject({ name: 'ConnectionEndedError', code: 'going-away' });
  });

  it('ends when the other end goes away', async () => {
    const { port1, port2 } = new MessageChannel();
    const connection = portConnection(node(port1));
    open.push(connection);
    port2.close();
    await expect(connection.closed).resolves.toMatchObject({ code: 'interrupted', by: 'remote' });
  });

  it.each([['a string'], [{ t: 'text' }], [{ t: 'text', text: 'x', more: 1 }], [null]])(
    'ends on %o',
    async (nonsense) => {
      const { port1, port2 } = new MessageChannel();
      const connection = portConnection(node(port1));
      port2.postMessage(nonsense);
      await expect(connection.closed).resolves.toMatchObject({ code: 'protocol' });
      port2.close();
    },
  );

  it('works over a port of the browser kind', async () => {
    const { port1, port2 } = new globalThis.MessageChannel();
    const [one, two] = [portConnection(browserPort(port1)), portConnection(browserPort(port2))];
    open.push(one, two);
    const heard = deferred<string>();
    two.attach({ message: (text) => heard.resolve(text) });
    one.send('hello');
    await expect(heard.promise).resolves.toBe('hello');
  });
});

function pair(): [MessageConnection, MessageConnection] {
  const { port1, port2 } = new MessageChannel();
  const connections: [MessageConnection, MessageConnection] = [
    portConnection(node(port1)),
    portConnection(node(port2)),
  ];
  open.push(...connections);
  return connections;
}

/** Node's port emits the data itself; Electron's wraps it in an event. */
function node(port: MessageChannel['port1']) {
  return emitterPort({
    postMessage: (message) => port.postMessage(message),
    start: () => port.start(),
    close: () => port.close(),
    on: (event: string, listener: (event: { data: unknown }) => void) =>
      event === 'message'
        ? port.on('message', (data: unknown) => listener({ data }))
        : port.on('close', () => listener({ data: undefined })),
  });
}
