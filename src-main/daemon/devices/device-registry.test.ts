import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { fromBase64url } from '../../../src-shared/bytes.ts';
import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import { LAST_SEEN_SAVE_MS, MAX_DEVICES, PENDING_CHECK_MS, PENDING_DEVICE_MS } from '../limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { writeFileAtomic } from '../../platform/atomic-file.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { devicePsk } from './device-record.ts';
import { DeviceRegistry } from './device-registry.ts';
import { pairPhone, provider, reconnect, removeTemporaryHomes } from './test-daemon.ts';
import { temporaryHome, testDaemon, testHello, until } from './test-daemon.ts';

afterAll(removeTemporaryHomes);

async function fixture(home?: string) {
  const path = home ?? (await temporaryHome());
  const clock = new ManualClock();
  const logger = collectingLogger();
  const disk = { full: false, failAt: 0, writes: [] as string[] };
  const time = { wall: Date.UTC(2026, 0, 1) };
  const registry = await DeviceRegistry.open(
    { path },
    {
      provider,
      logger,
      clock,
      wallNow: () => time.wall,
      writeFile: async (file, data, options) => {
        if (disk.full || --disk.failAt === 0)
          throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        await writeFileAtomic(file, data, options);
        disk.writes.push(file);
      },
    },
  );
  const add = (role: 'full' | 'view' = 'full') => {
    const { publicKey } = provider.generateKeyPair();
    return registry.addPending({ publicKey, hello: testHello(), role });
  };
  return { path, file: join(path, 'devices.json'), clock, logger, disk, time, registry, add };
}

describe('a device', () => {
  test('is on disk, readable by its owner alone, before it is known', async () => {
    const { registry, add, file, path } = await fixture();
    const adding = add();
    expect(registry.list()).toEqual([]);
    const record = await adding;
    expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
      format: 'paseo-devices',
      devices: [{ ...record }],
    });
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await registry.stop();
    const again = await fixture(path);
    const key = fromBase64url(record.publicKey);
    expect(again.registry.byStaticKey(key)).toEqual(record);
    expect(again.registry.byTokenHash(again.registry.tokenHashes()[0]!)?.id).toBe(record.id);
    await again.registry.stop();
  });

  test('is not made when the disk refuses', async () => {
    const { registry, add, disk, clock } = await fixture();
    disk.full = true;
    await expect(add()).rejects.toMatchObject({ code: 'not_saved' });
    expect(registry.list()).toEqual([]);
    expect(registry.tokenHashes()).toEqual([]);
    disk.full = false;
    clock.advance(1000);
    await registry.stop();
    expect(registry.notSaved.get()).toBeNull();
  });

  test('that pairs again keeps id and secrets, and gets the new role', async () => {
    const { registry } = await fixture();
    const { publicKey } = provider.generateKeyPair();
    const first = await registry.addPending({ publicKey, hello: testHello(), role: 'full' });
    registry.activate(first.id);
    const hello = testHello({ deviceName: 'Pixel 9' });
    const second = await registry.addPending({ publicKey, hello, role: 'view' });
    expect({ ...second }).toEqual({ ...first, role: 'view', name: 'Pixel 9', state: 'active', lastSeenAt: null });
    expect(registry.list()).toHaveLength(1);
    await registry.stop();
  });

  test('cannot be made twice at once from one key', async () => {
    const { registry } = await fixture();
    const { publicKey } = provider.generateKeyPair();
    const device = { publicKey, hello: testHello(), role: 'full' } as const;
    const results = await Promise.allSettled([registry.addPending(device), registry.addPending(device)]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    await registry.stop();
  });

  test('that never came back is forgotten after a day, by lookups at once and on disk soon', async () => {
    const { registry, add, time, clock, file } = await fixture();
    const pending = await add();
    const active = await add();
    registry.activate(active.id);
    time.wall += PENDING_DEVICE_MS;
    expect(registry.byStaticKey(fromBase64url(pending.publicKey))).toBeUndefined();
    clock.advance(PENDING_CHECK_MS);
    expect(registry.tokenHashes()).toHaveLength(1);
    await registry.stop();
    expect(await readFile(file, 'utf8')).not.toContain(pending.id);
    expect(registry.get(active.id)?.state).toBe('active');
  });

  test(`is refused above ${MAX_DEVICES}`, async () => {
    const { registry, add } = await fixture();
    const results = await Promise.allSettled(Array.from({ length: MAX_DEVICES + 2 }, () => add()));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(MAX_DEVICES);
    await expect(add()).rejects.toMatchObject({ code: 'too_many' });
    await registry.stop();
  });

  test('shows no secret when it is printed or serialised', async () => {
    const { registry, add } = await fixture();
    const record = await add();
    const printed = inspect(record) + JSON.stringify({ record }) + JSON.stringify(registry.list());
    expect(printed).not.toContain(record.psk);
    expect(printed).not.toContain(record.token);
    expect(devicePsk(record)).toHaveLength(32);
    await registry.stop();
  });

  test('is told to watchers', async () => {
    const { registry, add } = await fixture();
    const seen: string[] = [];
    registry.changes.subscribe((devices) => seen.push(devices.map(({ state }) => state).join()));
    const { id } = await add();
    registry.activate(id);
    await registry.revoke(id);
    expect(seen).toEqual(['pending', 'active', '']);
    await registry.stop();
  });
});

describe('revoking', () => {
  test('hears of it before the relay is told to close its pipes', async () => {
    const { registry, add } = await fixture();
    const record = await add();
    let closedWith: string | null = null;
    let socketGone: () => void = () => undefined;
    const connection = {
      path: 'relay',
      closed: new Promise<never>(() => undefined),
      close: (code: string) => {
        closedWith = code;
        return new Promise<void>((resolve) => (socketGone = resolve));
      },
    } as unknown as MessageConnection;
    registry.attachConnection(record.id, '0'.repeat(32), connection);
    const revoking = registry.revoke(record.id);
    expect(closedWith).toBe('revoked');
    expect(registry.byTokenHash(registry.tokens.get()[0] ?? '')).toBeUndefined();
    expect(registry.tokens.get()).toHaveLength(1);
    socketGone();
    await revoking;
    expect(registry.tokens.get()).toEqual([]);
    await registry.stop();
  });

  test('forgets the device at once and for good', async () => {
    const { registry, add, path, file } = await fixture();
    const record = await add();
    const told: string[] = [];
    registry.onRevoked((id) => told.push(id));
    const revoking = registry.revoke(record.id);
    expect(registry.byStaticKey(fromBase64url(record.publicKey))).toBeUndefined();
    expect(registry.tokens.get()).toEqual([]);
    expect(told).toEqual([record.id]);
    await revoking;
    expect(await readFile(file, 'utf8')).not.toContain(record.psk);
    await expect(registry.revoke(record.id)).rejects.toMatchObject({ code: 'not_found' });
    await registry.stop();
    expect((await fixture(path)).registry.list()).toEqual([]);
  });

  test('locks out while the disk refuses, says that it is not yet saved, and saves as soon as it can', async () => {
    const { registry, add, disk, clock, file } = await fixture();
    const record = await add();
    disk.full = true;
    await expect(registry.revoke(record.id)).rejects.toMatchObject({ code: 'not_saved' });
    expect(registry.get(record.id)).toBeUndefined();
    expect(registry.notSaved.get()).toContain('not yet saved (ENOSPC)');
    clock.advance(500);
    expect(registry.notSaved.get()).not.toBeNull();
    expect(await readFile(file, 'utf8')).toContain(record.id);
    const saved = new Promise<void>((resolve) => registry.notSaved.subscribe((text) => text === null && resolve()));
    disk.full = false;
    while (registry.notSaved.get() !== null) {
      clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await saved;
    expect(await readFile(file, 'utf8')).not.toContain(record.id);
    await registry.stop();
    expect(clock.armed).toBe(0);
  });

  test('is made good by the last attempt at stopping', async () => {
    const { registry, add, disk, file } = await fixture();
    const record = await add();
    disk.full = true;
    await expect(registry.revoke(record.id)).rejects.toMatchObject({ code: 'not_saved' });
    disk.full = false;
    await registry.stop();
    expect(await readFile(file, 'utf8')).not.toContain(record.id);
  });

  test('holds also when the daemon dies between the two files it writes', async () => {
    const { registry, add, path, disk } = await fixture();
    const record = await add();
    disk.failAt = 2;
    await expect(registry.revoke(record.id)).rejects.toMatchObject({ code: 'not_saved' });
    expect(await readFile(join(path, 'devices.json'), 'utf8')).toContain(record.id);
    const afterCrash = await fixture(path);
    expect(afterCrash.registry.list()).toEqual([]);
    await afterCrash.registry.stop();
    await registry.stop();
  });

  test('outlives an old copy of the device list', async () => {
    const { registry, add, path, file } = await fixture();
    const record = await add();
    const copy = await readFile(file, 'utf8');
    await registry.revoke(record.id);
    await registry.stop();
    await writeFileAtomic(file, copy, { mode: 0o600 });
    const again = await fixture(path);
    expect(again.registry.byStaticKey(fromBase64url(record.publicKey))).toBeUndefined();
    expect(again.logger.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
    await again.registry.stop();
  });
});

test('changes that come together are written together', async () => {
  const { registry, add, disk } = await fixture();
  await Promise.all([add(), add(), add(), add()]);
  expect(disk.writes.filter((file) => file.endsWith('/devices.json')).length).toBeLessThanOrEqual(2);
  await registry.stop();
});

test('when a device was last seen is written a while later, once for many connections', async () => {
  const clock = new ManualClock();
  const writes: string[] = [];
  const daemon = await testDaemon({
    clock,
    writeFile: async (path, data, options) => {
      await writeFileAtomic(path, data, options);
      writes.push(data);
    },
  });
  const phone = await pairPhone(daemon);
  await until(() => writes.some((text) => text.includes('"active"')));
  writes.length = 0;
  for (let n = 0; n < 5; n++) await (await reconnect(daemon, phone)).channel.close('fin');
  expect(writes).toEqual([]);
  clock.advance(LAST_SEEN_SAVE_MS);
  await until(() => writes.length > 0);
  expect(writes).toHaveLength(1);
  expect(writes[0]).not.toContain('"lastSeenAt": null');
  await daemon.stop();
});

test('stopping leaves no timer', async () => {
  const { registry, clock } = await fixture();
  expect(clock.armed).toBe(1);
  await registry.stop();
  await registry.stop();
  expect(clock.armed).toBe(0);
});
