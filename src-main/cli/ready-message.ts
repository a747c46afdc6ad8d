import { z } from 'zod';
import type { DaemonStatus } from '../../src-shared/wire/status.ts';

/** What a started daemon says of itself, on standard output with `--json`, and to the command that put it in the background. */
export const ReadyMessage = z.strictObject({
  event: z.literal('ready'),
  pid: z.int(),
  /** Addresses as the operating system gave them, without the home's own socket. */
  listen: z.array(z.string()),
  home: z.string(),
});
export type ReadyMessage = z.infer<typeof ReadyMessage>;

/** A daemon in the background could not start. */
const FailedMessage = z.strictObject({ event: z.literal('failed'), code: z.string(), message: z.string() });
type FailedMessage = z.infer<typeof FailedMessage>;

export const StartMessage = z.discriminatedUnion('event', [ReadyMessage, FailedMessage]);
export type StartMessage = z.infer<typeof StartMessage>;

export function readyMessage({ pid, listeners, home }: DaemonStatus): ReadyMessage {
  return { event: 'ready', pid, listen: listeningOn({ listeners, home }), home };
}

/** The addresses a daemon listens on, without the home's own socket. */
function listeningOn({ listeners, home }: Pick<DaemonStatus, 'listeners' | 'home'>): string[] {
  return listeners.flatMap((listener) =>
    listener.state === 'listening' && listener.address !== homeSocket(home) ? [listener.address] : [],
  );
}

/** The owner's way in, always open. */
export function homeSocket(home: string): string {
  return `${home}/daemon.sock`;
}
