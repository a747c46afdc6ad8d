import { chmod, link, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { toBase64url } from '../../../src-shared/bytes.ts';
import type { StoredDevice } from './device-record.ts';
import { readDeviceList } from './device-store.ts';
import { provider, removeTemporaryHomes, temporaryHome } from './test-daemon.ts';

afterAll(removeTemporaryHomes);

let home = '';
let file = '';
beforeEach(async () => {
  home = await temporaryHome();
  file = join(home, 'devices.json');
});

const key = () => toBase64url(provider.random(32));
const device = (fields: Partial<StoredDevice> = {}): StoredDevice => ({
  id: 'abcdefgh23456723',
  name: 'Pixel',
  platform: 'Android',
  clientKind: 'phone',
  role: 'full',
  state: 'active',
  publicKey: key(),
  psk: key(),
  token: key(),
  pairedAt: '2026-01-01T00:00:00.000Z',
  lastSeenAt: null,
  ...fields,
});
const list = (...devices: unknown[]) => JSON.stringify({ format: 'paseo-devices', version: 1, devices });

describe('a device list that is', () => {
  test('absent is empty', async () => {
    expect(await readDeviceList(home)).toEqual({ devices: [], revoked: [] });
  });

  const one = device();
  const damaged: Record<string, string> = {
    empty: '',
    truncated: list(one).slice(0, -20),
    'not an object': '[]',
    'of another format': JSON.stringify({ format: 'paseo-routes', version: 1, devices: [] }),
    'without a key': list({ ...one, psk: undefined }),
    'with a short key': list({ ...one, psk: one.psk.slice(1) }),
    'with an unknown field': list({ ...one, admin: true }),
    'with an unknown role': list({ ...one, role: 'owner' }),
    'with one key twice': list(one, device({ id: 'bcdefgh234567234', publicKey: one.publicKey })),
    'with one id twice': list(one, device()),
  };
  for (const [what, text] of Object.entries(damaged))
    test(`${what} is refused with advice, and left as it is`, async () => {
      await writeFile(file, text, { mode: 0o600 });
      const error = await readDeviceList(home).catch((reason: unknown) => reason);
      expect(error).toMatchObject({ code: 'corrupt', message: expect.stringContaining('backup') });
      expect(String(error)).not.toContain(one.psk);
      expect(await readFile(file, 'utf8')).toBe(text);
    });

  test('of a newer version asks for an update', async () => {
    await writeFile(file, JSON.stringify({ format: 'paseo-devices', version: 2 }), { mode: 0o600 });
    await expect(readDeviceList(home)).rejects.toMatchObject({ code: 'newer_version' });
  });

  test('readable by others is refused', async () => {
    await writeFile(file, list(one), { mode: 0o600 });
    await chmod(file, 0o644);
    await expect(readDeviceList(home)).rejects.toMatchObject({ code: 'too_open' });
  });

  test('reached by a symbolic or a hard link is refused', async () => {
    const elsewhere = join(home, 'elsewhere.json');
    await writeFile(elsewhere, list(one), { mode: 0o600 });
    await symlink(elsewhere, file);
    await expect(readDeviceList(home)).rejects.toMatchObject({ code: 'not_regular' });
    await rm(file);
    await link(elsewhere, file);
    await expect(readDeviceList(home)).rejects.toMatchObject({ code: 'hard_linked' });
  });
});

test('a damaged list of revoked devices is refused as well', async () => {
  await writeFile(join(home, 'revoked-devices.json'), '{"format":"paseo-revoked-devices"}', { mode: 0o600 });
  await expect(readDeviceList(home)).rejects.toMatchObject({ code: 'corrupt' });
});
