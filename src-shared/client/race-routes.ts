import type { FrameSocket } from '../channel/frame-socket.ts';
import type { InitiatorInput, InitiatorResult } from '../channel/handshake.ts';
import { initiateHandshake } from '../channel/initiator-handshake.ts';
import { fromBase32 } from '../bytes.ts';
import type { Clock } from '../clock.ts';
import { CodedError } from '../coded-error.ts';
import { DIRECT_HEAD_START_MS } from '../limits.ts';
import type { DeviceRelayRoute, DirectRoute } from '../routes.ts';
import type { Dialer } from './dialer.ts';
import { HandshakeTurn } from './handshake-turn.ts';

export interface RaceOptions {
  readonly routes: { readonly relays: readonly DeviceRelayRoute[]; readonly direct: readonly DirectRoute[] };
  readonly dial: Dialer;
  readonly handshake: Omit<InitiatorInput, 'socket' | 'transport' | 'sessionId' | 'signal' | 'clock'>;
  readonly signal: AbortSignal;
  readonly clock: Clock;
}

/** No route led to the daemon; `failures` says why for each (`DialError`, `HandshakeFailure`). */
export class RaceError extends CodedError<'no_route'> {
  readonly failures: readonly CodedError[];

  constructor(failures: readonly CodedError[]) {
    super('no_route', 'No route led to the daemon.');
    this.failures = failures;
  }
}

/**
 * Tries every route. The first finished handshake wins, and the others are closed; relays start a moment later, or as soon as no
 * direct route is left. Rejects with {@link RaceError}.
 */
export async function raceRoutes(options: RaceOptions): Promise<InitiatorResult> {
  const { routes, dial, clock } = options;
  const race = new AbortController();
  const onAbort = (): void => race.abort(options.signal.reason);
  options.signal.addEventListener('abort', onAbort, { once: true });
  if (options.signal.aborted) onAbort();
  const turn = new HandshakeTurn();
  const direct = routes.direct.map((route) =>
    attempt(options, turn, race.signal, (signal) => dial.direct(route, signal), null),
  );
  const start = headStart(clock, direct, race.signal);
  const relayed = routes.relays.map(async (route) => {
    await start;
    return attempt(options, turn, race.signal, (signal) => dial.relay(route, signal), route.sessionId);
  });
  try {
    return await Promise.any([...direct, ...relayed]);
  } catch (error) {
    const failures = error instanceof AggregateError ? (error.errors as unknown[]) : [error];
    throw new RaceError(failures.filter((failure) => failure instanceof CodedError));
  } finally {
    options.signal.removeEventListener('abort', onAbort);
    race.abort(new CodedError('superseded', 'Another route was faster.'));
  }
}

async function attempt(
  { handshake, clock }: RaceOptions,
  turn: HandshakeTurn,
  signal: AbortSignal,
  dial: (signal: AbortSignal) => Promise<FrameSocket>,
  sessionId: string | null,
): Promise<InitiatorResult> {
  const who = {};
  try {
    signal.throwIfAborted();
    const socket = turn.gate(await dial(signal), who);
    const end =
      sessionId === null
        ? { transport: 'direct' as const, sessionId: new Uint8Array(0) }
        : { transport: 'relay' as const, sessionId: fromBase32(sessionId) };
    return await initiateHandshake({ ...handshake, ...end, socket, signal, clock });
  } catch (error) {
    turn.giveUp(who);
    throw error;
  }
}

/** Resolves after the head start, when every direct route has failed, or when the race is over. */
function headStart(clock: Clock, direct: readonly Promise<unknown>[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(DIRECT_HEAD_START_MS, resolve);
    const over = (): void => {
      cancel();
      resolve();
    };
    signal.addEventListener('abort', over, { once: true });
    Promise.any(direct).then(undefined, over);
  });
}
