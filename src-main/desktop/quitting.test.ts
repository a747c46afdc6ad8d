import { EventEmitter } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { deferred } from '../../src-shared/deferred.ts';
import { ManualClock } from '../../src-shared/manual-clock.ts';
import { quitCleanly, type QuittingOptions } from './quitting.ts';

/** As much of Electron's app as quitting needs. */
class FakeApp extends EventEmitter {
  readonly exits: number[] = [];
  readonly exited = deferred<void>();
  prevented = 0;

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

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

type Ask = QuittingOptions['ask'];

function start(stop: QuittingOptions['stop'], ask: Ask = () => Promise.resolve(null)) {
  const [app, clock] = [new FakeApp(), new ManualClock()];
  const quitting = quitCleanly({ app: app as never, ask, stop, exitCode: () => 0, clock });
  return { app, clock, ...quitting };
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
  await Promise.resolve();
  expect([app.prevented, stops, app.exits]).toEqual([2, 1, []]);
  stopped.resolve();
  await app.exited.promise;
  expect(app.exits).toEqual([0]);
  expect(clock.armed).toBe(0);
});

test('exits all the same when stopping takes too long', () => {
  const { app, clock, quit } = start(() => new Promise(() => undefined));
  quit(null);
  clock.advance(15_000);
  expect(app.exits).toEqual([1]);
});

test('exits with an error when stopping failed', async () => {
  const { app } = start(() => Promise.reject(new Error('expected by this test')));
  app.quit();
  await app.exited.promise;
  expect(app.exits).toEqual([1]);
});

test.each(['keep', 'stop', null] as const)('does with working agents what the person said: %s', async (said) => {
  const told: unknown[] = [];
  const { app } = start(
    (agents) => Promise.resolve(void told.push(agents)),
    () => Promise.resolve(said),
  );
  app.quit();
  await app.exited.promise;
  expect(told).toEqual([said]);
});

test('goes on when the person thought better of it, and asks again the next time', async () => {
  const answers = [deferred<'cancel' | 'stop'>(), deferred<'cancel' | 'stop'>()];
  let asked = 0;
  const { app } = start(
    () => Promise.resolve(),
    () => answers[asked++]!.promise,
  );
  app.quit();
  app.quit();
  expect(asked).toBe(1);
  answers[0]!.resolve('cancel');
  await answers[0]!.promise;
  await Promise.resolve();
  expect(app.exits).toEqual([]);
  app.quit();
  expect(asked).toBe(2);
  answers[1]!.resolve('stop');
  await app.exited.promise;
  expect(app.exits).toEqual([0]);
});

test('hears a signal once, also after the app became ready', async () => {
  const before = process.listenerCount('SIGHUP');
  const { app } = start(() => Promise.resolve());
  await app.whenReady();
  expect(process.listenerCount('SIGHUP')).toBe(before + 1);
});

test('a signal asks nothing, and makes a question that is open void', async () => {
  const told: unknown[] = [];
  const { app } = start(
    (agents) => Promise.resolve(void told.push(agents)),
    () => new Promise(() => undefined),
  );
  app.quit();
  process.emit('SIGTERM');
  await app.exited.promise;
  expect(told).toEqual([null]);
});

test('quits when the question itself fails', async () => {
  const { app } = start(
    () => Promise.resolve(),
    () => Promise.reject(new Error('expected by this test')),
  );
  app.quit();
  await app.exited.promise;
  expect(app.exits).toEqual([1]);
});
