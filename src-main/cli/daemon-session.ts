import { randomBytes } from 'node:crypto';
import type { ConnectionSource } from '../../src-shared/client/client-state.ts';
import { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { memoryOutboxStore } from '../../src-shared/client/outbox-store.ts';
import { CLI_ANSWER_PATIENCE_MS, CLI_CONNECT_ATTEMPTS } from './limits.ts';
import type { DeviceRoutes } from '../../src-shared/routes.ts';
import type { Topic } from '../../src-shared/wire/requests.ts';
import { CliError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { codeOf } from './failure.ts';
import type { TargetOptions } from './options.ts';
import { aborted } from './stop-signals.ts';
import { chooseTarget } from './target.ts';
import { thisComputer } from './this-computer.ts';

/** A daemon to speak to, and how. */
export interface Target {
  readonly source: ConnectionSource;
  /** On this computer, as its owner. */
  readonly local: boolean;
  /** Stores them; never rejects. */
  readonly onRoutes?: (routes: DeviceRoutes) => Promise<void>;
}

interface DaemonSession {
  readonly client: DaemonClient;
  readonly local: boolean;
}

interface SessionOptions {
  readonly topics?: readonly Topic[];
  /** How long a lost connection may take to come back, in milliseconds. */
  readonly patience?: number;
  /** Gives up connecting; once connected it is `use` that decides. */
  readonly signal?: AbortSignal;
}

/** Connects to the daemon that the options name, and disconnects when `use` is done. Throws `CodedError`. */
export async function withDaemon<T>(
  options: TargetOptions,
  context: CliContext,
  use: (session: DaemonSession) => Promise<T>,
  { topics = [], patience = CLI_ANSWER_PATIENCE_MS, signal }: SessionOptions = {},
): Promise<T> {
  const givenUp = signal === undefined ? [] : [cancelled(signal)];
  const target = await Promise.race([chooseTarget(options, context), ...givenUp]);
  let lastError: unknown = null;
  let saved = Promise.resolve();
  const client = new DaemonClient({
    connect: async (signal, hello) => {
      try {
        return await target.source(signal, hello);
      } catch (error) {
        lastError = error;
        throw error;
      }
    },
    hello: thisComputer(context),
    localHello: target.local,
    outbox: memoryOutboxStore(randomBytes(16).toString('hex')),
    topics,
    onRoutes: (routes) => {
      const before = saved;
      saved = before.then(() => target.onRoutes?.(routes));
    },
  });
  const over = watchOver(client, () => lastError, patience);
  client.start();
  try {
    await Promise.race([over.connected, over.lost, ...givenUp]);
    if (signal?.aborted === true) await cancelled(signal);
    return await Promise.race([use({ client, local: target.local }), over.lost]);
  } finally {
    over.stop();
    await client.stop();
    // The program ends as soon as the command is done, and would cut this off.
    await saved;
  }
}

async function cancelled(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw new CliError('cancelled', 'Stopped before the daemon was reached.');
}

/** Failures that trying again does not mend. */
const FINAL = new Set(['not_running', 'permission_denied', 'foreign_owner', 'not_verified', 'not_paired', 'version']);

const ENDED = {
  revoked: 'revoked',
  'unknown-device': 'unknown_device',
  version: 'version',
  stopped: 'stopped',
  replaced: 'replaced',
} as const;

/** `connected` resolves at the first connection; `lost` rejects when there is none any more, or none to be had. */
function watchOver(client: DaemonClient, lastError: () => unknown, patience: number) {
  let wasConnected = false;
  let timer: NodeJS.Timeout | undefined;
  let unsubscribe = (): void => undefined;
  const stop = (): void => {
    clearTimeout(timer);
    timer = undefined;
    unsubscribe();
  };
  let onConnected = (): void => undefined;
  const connected = new Promise<void>((resolve) => (onConnected = resolve));
  const lost = new Promise<never>((_, reject) => {
    unsubscribe = client.state.subscribe((state) => {
      switch (state.state) {
        case 'connecting':
          return;
        case 'connected':
          clearTimeout(timer);
          timer = undefined;
          wasConnected = true;
          return onConnected();
        case 'ended':
          return reject(new CliError(ENDED[state.reason], state.message));
        case 'offline': {
          const error = lastError();
          const code = codeOf(error);
          if (!wasConnected && (state.attempt >= CLI_CONNECT_ATTEMPTS || (code !== undefined && FINAL.has(code))))
            return reject(code === undefined ? new CliError('unreachable', state.reason) : (error as Error));
          if (wasConnected) timer ??= setTimeout(() => reject(interrupted()), patience);
        }
      }
    });
  });
  lost.catch(() => undefined);
  return { connected, lost, stop };
}

function interrupted(): CliError {
  return new CliError(
    'interrupted',
    'The connection to the daemon was lost and did not come back. What was asked may or may not have been done: look with "paseo ls".',
  );
}
