import { describe, expect, it } from 'vitest';
import { RouteBook } from './route-book.ts';

const relay = (endpoint: string) => ({ endpoint, publicEndpoint: endpoint, tls: true, embedded: false });

async function book(initial: string | null = null, now = () => Date.parse('2026-01-01T00:00:00Z')) {
  const disk = { text: initial };
  const file = {
    read: () => Promise.resolve(disk.text),
    write: (text: string) => {
      disk.text = text;
      return Promise.resolve();
    },
  };
  return { disk, book: await RouteBook.open(file, now) };
}

describe('the route book', () => {
  it('numbers changes upwards, also over a restart, and keeps still when nothing changed', async () => {
    const first = await book();
    first.book.update(relay('a.example:443'), []);
    first.book.update(relay('a.example:443'), []);
    expect(first.book.routes.get().version).toBe(2);
    await first.book.saved();
    const second = await book(first.disk.text);
    second.book.update(relay('a.example:443'), [{ address: '192.168.1.2:6767', tls: false }]);
    expect(second.book.routes.get().version).toBe(3);
  });

  it('keeps a replaced relay for 30 days and then lets it go', async () => {
    let now = Date.parse('2026-01-01T00:00:00Z');
    const { book: routes } = await book(null, () => now);
    routes.update(relay('old.example:443'), []);
    routes.update(relay('new.example:443'), []);
    expect(routes.routes.get()).toMatchObject({
      current: relay('new.example:443'),
      retired: [relay('old.example:443')],
    });
    now += 31 * 24 * 3600_000;
    routes.update(relay('new.example:443'), []);
    expect(routes.routes.get().retired).toEqual([]);
  });

  it('does not retire a relay that comes back', async () => {
    const { book: routes } = await book();
    for (const name of ['a.example:1', 'b.example:1', 'a.example:1']) routes.update(relay(name), []);
    expect(routes.routes.get().retired).toEqual([relay('b.example:1')]);
  });

  it('keeps a relay that was switched off before another one took its place', async () => {
    const { book: routes } = await book();
    routes.update(relay('a.example:1'), []);
    routes.update(null, []);
    routes.update(relay('b.example:1'), []);
    expect(routes.routes.get().retired).toEqual([relay('a.example:1')]);
    routes.update(null, []);
    routes.update(relay('b.example:1'), []);
    expect(routes.routes.get()).toMatchObject({ current: relay('b.example:1'), retired: [relay('a.example:1')] });
  });

  it('does not keep the embedded relay, which ends when another one is set', async () => {
    const { book: routes } = await book();
    routes.update({ ...relay('127.0.0.1:6768'), embedded: true }, []);
    routes.update(relay('a.example:443'), []);
    expect(routes.routes.get().retired).toEqual([]);
  });

  it('refuses a damaged file instead of starting over', async () => {
    for (const text of ['{"format":"paseo-routes"}', 'not json'])
      await expect(book(text)).rejects.toMatchObject({
        code: 'corrupt',
        message: expect.stringContaining('routes.json'),
      });
  });

  it('says when a change could not be saved', async () => {
    const routes = await RouteBook.open({
      read: () => Promise.resolve(null),
      write: () => Promise.reject(new Error('disk full')),
    });
    routes.update(relay('a.example:443'), []);
    await expect(routes.saved()).rejects.toThrow('disk full');
  });
});
