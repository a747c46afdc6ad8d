import type { App } from 'electron';
import { type Clock, systemClock } from '../../src-shared/clock.ts';
import { QUIT_DEADLINE_MS } from './limits.ts';

/** What becomes of agents that work: they go on without the app, or are stopped; null: as the settings say. */
export type AgentsAtQuit = 'keep' | 'stop' | null;

export interface QuittingOptions {
  readonly app: Pick<App, 'on' | 'quit' | 'exit' | 'whenReady'>;
  /** Asks the person, if there is something to ask. */
  readonly ask: () => Promise<AgentsAtQuit | 'cancel'>;
  /** Ends everything that was started. */
  readonly stop: (agents: AgentsAtQuit) => Promise<void>;
  readonly exitCode: () => number;
  readonly clock?: Clock;
}

export interface Quitting {
  /** Quits without asking: no person did it, or one who has said already what becomes of the agents. */
  quit(agents: AgentsAtQuit): void;
  /** What to call when something failed that the app cannot go on without. */
  fail(error: unknown): void;
}

/**
 * However the app is asked to quit, it first stops what it runs; when that takes too long it ends all the same. A person who
 * quits is asked about agents that work; the system and other programs get what the settings say.
 */
export function quitCleanly({ app, ask, stop, exitCode, clock = systemClock }: QuittingOptions): Quitting {
  let state: 'running' | 'asking' | 'ending' = 'running';
  let failed = false;
  const end = async (agents: AgentsAtQuit): Promise<void> => {
    state = 'ending';
    const cancel = clock.after(QUIT_DEADLINE_MS, () => app.exit(1));
    try {
      await stop(agents);
    } catch (error) {
      failed = true;
      report('Stopping failed', error);
    }
    cancel();
    app.exit(failed ? 1 : exitCode());
  };
  const quit = (agents: AgentsAtQuit): void => {
    if (state !== 'ending') void end(agents);
  };
  const fail = (error: unknown): void => {
    failed = true;
    report('Paseo failed and ends', error);
    quit(null);
  };
  app.on('before-quit', (event) => {
    event.preventDefault();
    if (state !== 'running') return;
    state = 'asking';
    ask().then((answer) => {
      // Asked to end by somebody else meanwhile: the question is void.
      if (state !== 'asking') return;
      if (answer === 'cancel') state = 'running';
      else quit(answer);
    }, fail);
  });
  const signalled = (): void => quit(null);
  const listen = (): void => {
    for (const signal of SIGNALS) process.removeListener(signal, signalled).on(signal, signalled);
  };
  listen();
  // While it gets ready, Chromium takes the signals over and makes the request of a person of them: take them back.
  void app.whenReady().then(listen, () => undefined);
  // Electron would show a stack in a dialog and go on in an unknown state.
  process.on('uncaughtException', fail);
  return { quit, fail };
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

function report(what: string, error: unknown): void {
  process.stderr.write(`${what}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
}
