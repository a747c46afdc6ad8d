import type { App } from 'electron';
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import { QUIT_DEADLINE_MS } from './limits.ts';

export interface QuittingOptions {
  readonly app: Pick<App, 'on' | 'quit' | 'exit'>;
  /** Ends everything that was started. */
  readonly stop: () => Promise<void>;
  readonly exitCode: () => number;
  readonly clock?: Clock;
}

/**
 * However the app is asked to quit, it first stops what it runs; when that takes too long it ends all the same. Returns what to
 * call when something failed that the app cannot go on without.
 */
export function quitCleanly({ app, stop, exitCode, clock = systemClock }: QuittingOptions): (error: unknown) => void {
  let ending = false;
  let failed = false;
  const end = async (): Promise<void> => {
    const cancel = clock.after(QUIT_DEADLINE_MS, () => app.exit(1));
    try {
      await stop();
    } catch (error) {
      failed = true;
      report('Stopping failed', error);
    }
    cancel();
    app.exit(failed ? 1 : exitCode());
  };
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (ending) return;
    ending = true;
    void end();
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit());
  const fail = (error: unknown): void => {
    failed = true;
    report('Paseo failed and ends', error);
    app.quit();
  };
  // Electron would show a stack in a dialog and go on in an unknown state.
  process.on('uncaughtException', fail);
  return fail;
}

function report(what: string, error: unknown): void {
  process.stderr.write(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
