import { EventEmitter } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { deferred } from '../../src-shared/deferred.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { quitCleanly } from './quitting.ts';

/** As much of Electron's app as quitting needs. */
class FakeApp extends EventEmitter {
  readonly exits: number[] = [];
  readonly exited = deferred<void>();
  prevented = 0;

  quit(): void {
    this.emit('before-quit', { preventDefault: () => (this.prevented += 1) });
  }

  exit(code: number): void {
    this.exits.push(code);
    this.exited.resolve();
  }
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'uncaughtException'] as const;
const before = new Map(SIGNALS.map((name) => [name, new Set(process.listeners(name as 'SIGINT'))]));
afterEach(() => {
  for (const name of SIGNALS)
    for (const listener of process.listeners(name as 'SIGINT'))
      if (!before.get(name)?.has(listener)) process.removeListener(name, listener);
});

function start(stop: () => Promise<void>) {
  const [app, clock] = [new FakeApp(), new ManualClock()];
  quitCleanly({ app: app as never, stop, exitCode: () => 0, clock });
  return { app, clock };
}

test('exits only after everything was stopped, once', async () => {
  const stopped = deferred<void>();
  let stops = 0;
  const { app, clock } = start(() => {
    stops += 1;
    return stopped.promise;
  });
  app.quit();
  app.quit();
  expect([app.prevented, stops, app.exits]).toEqual([2, 1, []]);
  stopped.resolve();
  await app.exited.promise;
  expect(app.exits).toEqual([0]);
  expect(clock.armed).toBe(0);
});

test('exits all the same when stopping takes too long', () => {
  const { app, clock } = start(() => new Promise(() => undefined));
  app.quit();
  clock.advance(15_000);
  expect(app.exits).toEqual([1]);
});

test('exits with an error when stopping failed', async () => {
  const { app } = start(() => Promise.reject(new Error('expected by this test')));
  app.quit();
  await app.exited.promise;
  expect(app.exits).toEqual([1]);
});
