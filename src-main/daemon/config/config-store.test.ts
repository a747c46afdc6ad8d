import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { openHome } from '../home/paseo-home.ts';
import type { PaseoHome } from '../home/paseo-home.ts';
import { ConfigStore } from './config-store.ts';

let home: PaseoHome;
let path: string;
let stores: ConfigStore[] = [];
let logger = collectingLogger();
beforeEach(async () => {
  home = await openHome(await mkdtemp(join(tmpdir(), 'paseo-config-')));
  path = home.file('config.json');
  logger = collectingLogger();
});
afterEach(async () => {
  await Promise.all(stores.map((store) => store.stop()));
  stores = [];
  await rm(home.path, { recursive: true, force: true });
});

async function opened(env: Record<string, string> = {}, flags = {}): Promise<ConfigStore> {
  const store = await ConfigStore.open({ home, env, flags, logger });
  stores.push(store);
  return store;
}

const write = (content: unknown) => writeFile(path, JSON.stringify(content), { mode: 0o600 });
const read = async () => JSON.parse(await readFile(path, 'utf8')) as unknown;

function next<T>(watchable: Watchable<T>): Promise<T> {
  return new Promise((resolve) => {
    const end = watchable.subscribe((value) => {
      end();
      resolve(value);
    });
  });
}

test('without a file the defaults hold and no file is made', async () => {
  const store = await opened();
  expect(store.config.get().listen).toEqual(['127.0.0.1:6767']);
  expect(store.view()).toMatchObject({ listen: ['127.0.0.1:6767'], fixed: {}, path });
  await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
});

test('an invalid file is refused and left as it is', async () => {
  await writeFile(path, '{"daemon": {,}', { mode: 0o600 });
  await expect(opened()).rejects.toMatchObject({ code: 'invalid_file', message: expect.stringContaining('line 1') });
  expect(await readFile(path, 'utf8')).toBe('{"daemon": {,}');
});

test('a file that others can read is made private', async () => {
  await write({ daemon: { name: 'Desk' } });
  await chmod(path, 0o644);
  expect((await opened()).config.get().name).toBe('Desk');
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test('warns of unknown keys, of host names that match nothing and of those that anybody can get', async () => {
  await write({ colour: 'red', daemon: { allowedHosts: ['*', '.ts.net', 'desk.tail1234.ts.net'] } });
  const warnings = (await opened()).warnings.get();
  expect(warnings).toHaveLength(3);
  expect(warnings[0]).toContain('"colour"');
  expect(warnings[1]).toContain('"*" matches nothing');
  expect(warnings[2]).toContain('".ts.net"');
  expect(logger.lines.map((line) => line.message)).toEqual(warnings);
});

describe('changing settings', () => {
  test('keeps everything else in the file, writes it whole and private, and takes effect', async () => {
    await write({ zeta: 1, daemon: { mcp: { enabled: true }, hostnames: ['old.example'] }, agents: { providers: {} } });
    const store = await opened();
    const changed = next(store.config);
    await store.change({ relayEnabled: false, allowedHosts: ['new.example'], name: 'Desk' });
    expect(await changed).toMatchObject({ relay: { enabled: false }, allowedHosts: ['new.example'], name: 'Desk' });
    expect(store.view()).toMatchObject({ relayEnabled: false, allowedHosts: ['new.example'], name: 'Desk' });
    expect(await read()).toEqual({
      zeta: 1,
      daemon: { mcp: { enabled: true }, relay: { enabled: false }, allowedHosts: ['new.example'], name: 'Desk' },
      agents: { providers: {} },
    });
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('null goes back to the default and leaves no empty sections', async () => {
    const store = await opened();
    await store.change({ relayEndpoint: 'Relay.Example:443', baseUrl: 'https://paseo.example' });
    expect(await read()).toEqual({
      daemon: { relay: { endpoint: 'relay.example:443' } },
      app: { baseUrl: 'https://paseo.example' },
    });
    await store.change({ relayEndpoint: null, baseUrl: null });
    expect(await read()).toEqual({});
    expect(store.config.get().relay.endpoint).toBeNull();
  });

  test('what the environment or a flag decides is shown as fixed and refused', async () => {
    const store = await opened(
      { PASEO_RELAY_ENABLED: 'false', PASEO_ALLOWED_HOSTS: 'true' },
      { listen: ['127.0.0.1:0'] },
    );
    expect(store.view().fixed).toEqual({
      listen: '--listen',
      relayEnabled: 'PASEO_RELAY_ENABLED',
      allowedHosts: 'PASEO_ALLOWED_HOSTS',
    });
    await expect(store.change({ relayEnabled: true })).rejects.toMatchObject({ code: 'fixed', field: 'relayEnabled' });
    await expect(store.change({ listen: ['127.0.0.1:1'] })).rejects.toMatchObject({ code: 'fixed', field: 'listen' });
  });

  test('what the environment adds to a list does not get into the file', async () => {
    const store = await opened({ PASEO_CORS_ORIGINS: 'https://env.example' });
    const shown = store.view().allowedOrigins;
    await store.change({ allowedOrigins: [...shown, 'https://new.example'] });
    expect(await read()).toEqual({ daemon: { cors: { allowedOrigins: ['https://new.example'] } } });
    expect(store.view().allowedOrigins.toSorted()).toEqual(['https://env.example', 'https://new.example']);
  });

  test('what cannot be is refused with its field, and changes nothing', async () => {
    const store = await opened();
    await expect(store.change({ allowedHosts: ['*'] })).rejects.toMatchObject({
      code: 'invalid_value',
      field: 'allowedHosts',
    });
    await expect(store.change({ listen: [] })).rejects.toMatchObject({ field: 'listen' });
    await expect(store.change({ name: ' ' })).rejects.toMatchObject({ field: 'name' });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a change that cannot be carried out is not written', async () => {
    const store = await opened();
    const error = new Error('address in use');
    const tried: unknown[] = [];
    const prepare = (config: { listen: readonly string[] }) => {
      tried.push(config.listen);
      return Promise.reject(error);
    };
    await expect(store.change({ listen: ['127.0.0.1:1'] }, prepare)).rejects.toBe(error);
    expect(tried).toEqual([['127.0.0.1:1']]);
    expect(store.config.get().listen).toEqual(['127.0.0.1:6767']);
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test('a file that cannot be written takes the preparation back', async () => {
    const store = await opened();
    const prepared: unknown[] = [];
    const prepare = async (config: { listen: readonly string[] }) => {
      prepared.push(config.listen);
      // From here on nothing can be renamed to config.json.
      await mkdir(path, { recursive: true });
    };
    await expect(store.change({ listen: ['127.0.0.1:1'] }, prepare)).rejects.toMatchObject({ code: 'not_saved' });
    expect(prepared).toEqual([['127.0.0.1:1'], ['127.0.0.1:6767']]);
    expect(store.config.get().listen).toEqual(['127.0.0.1:6767']);
  });

  test('a file that was broken by hand meanwhile is not overwritten', async () => {
    const store = await opened();
    await writeFile(path, '{"daemon": ', { mode: 0o600 });
    await expect(store.change({ name: 'Desk' })).rejects.toMatchObject({ code: 'invalid_file' });
    expect(await readFile(path, 'utf8')).toBe('{"daemon": ');
  });

  test('twenty changes at once all arrive', async () => {
    const store = await opened();
    const origins = Array.from({ length: 20 }, (_, n) => `https://${n}.example`);
    await Promise.all(origins.map((_, n) => store.change({ allowedOrigins: origins.slice(0, n + 1) })));
    expect(await read()).toEqual({ daemon: { cors: { allowedOrigins: origins } } });
  });
});

describe('while it is started', () => {
  test('follows edits in place and by replacement', async () => {
    const store = await opened();
    store.start();
    const first = next(store.config);
    await write({ daemon: { name: 'One' } });
    expect((await first).name).toBe('One');
    const second = next(store.settings);
    await writeFile(`${path}.new`, JSON.stringify({ daemon: { name: 'Two' } }), { mode: 0o600 });
    await rename(`${path}.new`, path);
    expect((await second).name).toBe('Two');
  });

  test('an invalid edit warns and leaves the running configuration, until it is mended', async () => {
    await write({ daemon: { name: 'One' } });
    const store = await opened();
    store.start();
    const warned = next(store.warnings);
    await writeFile(path, '{"daemon": {\n"name": 7}}');
    expect((await warned)[0]).toMatch(/not in force.*line 2: daemon\.name/);
    expect(store.config.get().name).toBe('One');
    const mended = next(store.warnings);
    await write({ daemon: { name: 'One' } });
    expect(await mended).toEqual([]);
  });

  test('stop ends the watching, twice if asked', async () => {
    const store = await opened();
    store.start();
    await store.stop();
    await store.stop();
    const changes: unknown[] = [];
    store.config.subscribe((config) => changes.push(config));
    await write({ daemon: { name: 'Late' } });
    const other = await opened();
    other.start();
    const seen = next(other.config);
    await write({ daemon: { name: 'Later' } });
    await seen;
    expect(changes).toEqual([]);
  });
});
