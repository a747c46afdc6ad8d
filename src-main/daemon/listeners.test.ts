import { chmod, mkdtemp, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { LISTEN_RETRY_MS } from './limits.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { Watched } from '../../src-shared/watchable.ts';
import type { Config } from '../../src-shared/config/schema.ts';
import { collectingLogger } from '../platform/logger.ts';
import { socketAnswers } from '../platform/socket-answers.ts';
import { resolveConfig } from './config/config-layer.ts';
import { Listeners } from './listeners.ts';

let folder: string;
let listeners: Listeners;
let clock: ManualClock;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-'));
  await chmod(folder, 0o700);
});

afterEach(async () => {
  await listeners.stop();
  await rm(folder, { recursive: true });
});

function make(listen: readonly string[]): Watched<Config> {
  const config = new Watched(resolveConfig([{ listen }], 'host'));
  clock = new ManualClock();
  listeners = new Listeners({
    clock,
    homeSocket: join(folder, 'daemon.sock'),
    config,
    waitForAddresses: false,
    webRoot: null,
    onSocket: () => undefined,
    onLocal: () => undefined,
    logger: collectingLogger(),
  });
  return config;
}

const addresses = () => listeners.state.get().map(({ configured }) => configured);

test('knows the socket of its home again when daemon.listen names it through a link', async () => {
  const link = `${folder}-link`;
  await symlink(folder, link);
  try {
    make([join(link, 'daemon.sock')]);
    await listeners.start();
    expect(addresses()).toEqual([join(folder, 'daemon.sock')]);
    await listeners.update([join(link, 'daemon.sock'), join(link, 'second.sock')]);
    expect(addresses()).toEqual([join(folder, 'daemon.sock'), join(folder, 'second.sock')]);
  } finally {
    await rm(link);
  }
});

test('does changes that come together one after the other', async () => {
  make(['127.0.0.1:0']);
  await listeners.start();
  const second = join(folder, 'second.sock');
  await Promise.all([listeners.update(['127.0.0.1:0', second]), listeners.update(['127.0.0.1:0', second])]);
  expect(addresses()).toContain(second);
  expect(await socketAnswers(second)).toBe(true);
});

test('opens nothing after it was stopped', async () => {
  make(['127.0.0.1:0']);
  await listeners.start();
  const late = join(folder, 'late.sock');
  const update = listeners.update(['127.0.0.1:0', late]);
  await Promise.all([listeners.stop(), update]);
  expect(await socketAnswers(late)).toBe(false);
  expect(await socketAnswers(join(folder, 'daemon.sock'))).toBe(false);
});

test('shows as a warning why changed addresses are not in use, until they can be had', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const wanted = `127.0.0.1:${(taken.address() as AddressInfo).port}`;
  make(['127.0.0.1:0']);
  await listeners.start();
  const before = addresses();
  await listeners.follow([wanted]);
  expect(addresses()).toEqual(before);
  expect(listeners.warnings.get()).toEqual([expect.stringContaining(`already listens on ${wanted}`)]);
  taken.close();
  await once(taken, 'close');
  const moved = new Promise<void>((resolve) => listeners.warnings.subscribe((list) => list.length === 0 && resolve()));
  clock.advance(LISTEN_RETRY_MS);
  await moved;
  expect(addresses()).toContain(wanted);
  expect(listeners.warnings.get()).toEqual([]);
});
