import { resolveObjectURL } from 'node:buffer';
import { expect, it } from 'vitest';
import { RequestError } from '../../src-shared/client/request-error.ts';
import { deferred } from '../../src-shared/deferred.ts';
import type { Watchable } from '../../src-shared/watchable.ts';
import type { Attachment } from '../../src-shared/wire/content.ts';
import { isPicture, type Picture, PictureCache } from './picture-cache.ts';

const picture = (name: string, size = 6): Attachment => ({
  id: name.padEnd(16, 'a'),
  name,
  mimeType: 'image/png',
  size,
});

/** Gives three bytes a part. */
const read = (_id: string, offset: number) => Promise.resolve(btoa('abcdef'.slice(offset, offset + 3)));

function settled(source: Watchable<Picture>): Promise<Exclude<Picture, { state: 'loading' }>> {
  return new Promise((resolve) => {
    const look = (value: Picture) => value.state !== 'loading' && resolve(value);
    source.subscribe(look);
    look(source.get());
  });
}

async function url(source: Watchable<Picture>): Promise<string> {
  const value = await settled(source);
  if (value.state !== 'ready') throw new Error(value.message);
  return value.url;
}

it('puts the parts together and keeps the type', async () => {
  const cache = new PictureCache(read);
  const blob = resolveObjectURL(await url(cache.acquire(picture('b'))));
  expect(blob?.type).toBe('image/png');
  expect(await blob?.text()).toBe('abcdef');
  cache.stop();
});

it('fetches once for all who show it, keeps it for a while, and revokes it in the end', async () => {
  let reads = 0;
  const cache = new PictureCache((id, offset) => {
    reads += offset === 0 ? 1 : 0;
    return read(id, offset);
  });
  const shown = await url(cache.acquire(picture('b')));
  expect(await url(cache.acquire(picture('b')))).toBe(shown);
  cache.release(picture('b'));
  cache.release(picture('b'));
  expect(await url(cache.acquire(picture('b')))).toBe(shown);
  expect(reads).toBe(1);
  cache.stop();
  expect(resolveObjectURL(shown)).toBeUndefined();
});

it('revokes the oldest of what nobody shows when there is too much of it', async () => {
  const cache = new PictureCache(read);
  const large = 9 * 1024 * 1024;
  const urls: string[] = [];
  for (const name of ['b', 'c', 'd']) {
    urls.push(await url(cache.acquire(picture(name, large))));
    cache.release(picture(name, large));
  }
  expect(urls.map((each) => resolveObjectURL(each) === undefined)).toEqual([true, false, false]);
  cache.stop();
});

it('says why one failed, and tries again when it is shown anew', async () => {
  let fail = true;
  const cache = new PictureCache((id, offset) =>
    fail ? Promise.reject(new RequestError('not_connected', 'No connection.')) : read(id, offset),
  );
  expect(await settled(cache.acquire(picture('b')))).toEqual({ state: 'failed', message: 'No connection.' });
  fail = false;
  expect((await settled(cache.acquire(picture('b')))).state).toBe('ready');
  cache.stop();
});

it('stops fetching what nobody shows any more', async () => {
  const asked = deferred<AbortSignal>();
  const cache = new PictureCache((_id, _offset, signal) => {
    asked.resolve(signal);
    return new Promise(() => {});
  });
  cache.acquire(picture('b'));
  const signal = await asked.promise;
  cache.release(picture('b'));
  expect(signal.aborted).toBe(true);
});

it('takes only what browsers draw without running anything for a picture', () => {
  const type = (mimeType: string) => isPicture({ ...picture('b'), mimeType });
  expect(['image/png', 'image/svg+xml', 'text/html', 'image/png; x'].map(type)).toEqual([true, false, false, false]);
  expect(isPicture(picture('b', 11 * 1024 * 1024))).toBe(false);
});
