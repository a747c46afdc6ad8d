import { chmod, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toBase64url } from '../../src-shared/bytes.ts';
import type { KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { clientHome, knownDaemonFiles } from './known-daemon-files.ts';

const key = toBase64url(new Uint8Array(32).fill(7));
const record: KnownDaemon = {
  ...{ format: 'paseo-known-daemon', version: 1, id: 'abcdefghijklmnop', name: 'Workshop' },
  ...{ daemonKey: key, deviceSecret: key, psk: key, deviceId: 'aaaaaaaa', role: 'full' },
  routes: { version: 1, relays: [], direct: [] },
  pairedAt: '2026-01-01T00:00:00.000Z',
};

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-client-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe('remembered daemons', () => {
  it('are found again, in files that nobody else can read', async () => {
    const home = join(folder, 'new/paseo');
    expect(await knownDaemonFiles(home).list()).toEqual([]);
    await knownDaemonFiles(home).put(record);
    const store = knownDaemonFiles(home);
    expect(await store.list()).toEqual([record]);
    expect(await store.get(record.id)).toEqual(record);
    const file = join(home, 'daemons', `${record.id}.json`);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'daemons'))).mode & 0o777).toBe(0o700);
    await store.remove(record.id);
    expect(await store.get(record.id)).toBeNull();
    expect(await readdir(join(home, 'daemons'))).toEqual([]);
  });

  it('are not taken from a file that others can read, a link, or something else', async () => {
    const store = knownDaemonFiles(folder);
    await store.put(record);
    const file = join(folder, 'daemons', `${record.id}.json`);
    await chmod(file, 0o644);
    await expect(store.get(record.id)).rejects.toMatchObject({ code: 'too_open' });
    await rm(file);
    await writeFile(join(folder, 'elsewhere'), JSON.stringify(record), { mode: 0o600 });
    await symlink(join(folder, 'elsewhere'), file);
    await expect(store.get(record.id)).rejects.toMatchObject({ code: 'not_regular' });
    await rm(file);
    await writeFile(file, '{"format":"paseo-known-daemon"}', { mode: 0o600 });
    await expect(store.list()).rejects.toMatchObject({ code: 'corrupt' });
  });

  it('are not kept where others can write', async () => {
    const store = knownDaemonFiles(folder);
    await store.put(record);
    await chmod(join(folder, 'daemons'), 0o777);
    await expect(store.put(record)).rejects.toMatchObject({ code: 'too_open' });
    await expect(store.get(record.id)).rejects.toMatchObject({ code: 'too_open' });
  });

  it('are where the environment says', () => {
    expect(clientHome({ PASEO_CLIENT_HOME: '/c', XDG_CONFIG_HOME: '/x' })).toBe('/c');
    expect(clientHome({ XDG_CONFIG_HOME: '/x' })).toBe('/x/paseo');
    expect(clientHome({})).toMatch(/\/\.config\/paseo$/);
  });
});
