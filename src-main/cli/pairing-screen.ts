import type { Watchable } from '../../src-shared/watchable.ts';
import type {
  ConfirmPairing,
  OpenOffer,
  PairingOutcome,
  PairingState,
  PendingPairing,
} from '../../src-shared/wire/status.ts';
import { askLine } from './ask.ts';
import { CliError } from './cli-error.ts';
import { canAsk, type CliContext } from './context.ts';
import { note, print } from './output.ts';
import { qrCode } from './qr-code.ts';
import { safeLine } from './safe-text.ts';

/** Pairing as a daemon in this process, or at the other end of a connection, offers it. */
export interface PairingDesk {
  readonly state: Watchable<PairingState | null>;
  confirm(answer: ConfirmPairing): unknown;
}

/** Shows the code of an offer. Only for a terminal: whoever reads it can pair. */
export function showOffer({ url, expiresAt, reach, advice }: OpenOffer, context: CliContext): void {
  const { lines, columns } = qrCode(url);
  // Some terminals do not know their width and say 0.
  const room = context.stdout.columns || 80;
  if (columns <= room) context.stdout.write(`${lines}\n\n`);
  else print(context, `(The QR code needs a terminal ${columns} columns wide; this one has ${room}.)\n`);
  print(context, `${url}\n\nIt pairs one device and expires at ${new Date(expiresAt).toLocaleTimeString()}.`);
  if (reach === 'this-machine') print(context, 'A phone cannot open this link. Ways out:');
  for (const line of advice) print(context, `  - ${line}`);
}

/**
 * Asks about every device that waits at the door of `offerId` (null: of any offer), until that offer is over; resolves with how it
 * ended. Rejects when the signal aborts.
 */
export async function attendPairing(
  desk: PairingDesk,
  offerId: string | null,
  signal: AbortSignal,
  context: CliContext,
): Promise<PairingOutcome> {
  const asked = new Set<string>();
  for (;;) {
    const state = await next(
      desk.state,
      signal,
      (now) => now !== null && (due(now) !== undefined || ended(now) !== undefined),
    );
    const outcome = state === null ? undefined : ended(state);
    if (outcome !== undefined) return outcome;
    const pending = state === null ? undefined : due(state);
    if (pending !== undefined) {
      asked.add(pending.offerId);
      await ask(desk, pending, signal, context);
    }
  }

  function due(state: PairingState): PendingPairing | undefined {
    return state.pending.find((one) => !asked.has(one.offerId) && (offerId === null || one.offerId === offerId));
  }

  function ended(state: PairingState): PairingOutcome | undefined {
    return offerId === null ? undefined : state.outcomes.find((one) => one.offerId === offerId);
  }
}

async function ask(
  desk: PairingDesk,
  pending: PendingPairing,
  signal: AbortSignal,
  context: CliContext,
): Promise<void> {
  const digits = `${pending.digits.slice(0, 3)} ${pending.digits.slice(3)}`;
  note(
    context,
    `\n"${safeLine(pending.deviceName)}" (${safeLine(pending.platform)}) wants to pair. Its screen must show:\n\n      ${digits}\n`,
  );
  if (!canAsk(context)) return note(context, 'Nobody can answer here: use a terminal.');
  const over = new AbortController();
  const stopWatching = desk.state.subscribe((state) => {
    if (state?.pending.some(({ offerId }) => offerId === pending.offerId) !== true) over.abort();
  });
  try {
    const answer = await askLine(
      'Do they match? [y]es, may do everything; [a]pprove and read only; [r]ead only; [N]o: ',
      AbortSignal.any([signal, over.signal]),
      context,
    );
    const role = ROLES[answer.trim().charAt(0).toLowerCase()];
    await desk.confirm({ offerId: pending.offerId, accept: role !== undefined, role: role ?? 'view' });
  } catch (error) {
    if (signal.aborted) throw error;
    if (over.signal.aborted) return note(context, '\nThe device went away.');
    // Ctrl-D. Whoever does not answer does not let anybody in, and nobody has to wait for that.
    await desk.confirm({ offerId: pending.offerId, accept: false, role: 'view' });
  } finally {
    stopWatching();
  }
}

const ROLES: Readonly<Record<string, ConfirmPairing['role']>> = { y: 'full', a: 'approve', r: 'view' };

/** The first value, now or later, that passes. */
function next<T>(source: Watchable<T>, signal: AbortSignal, passes: (value: T) => boolean): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (then: () => void): void => {
      unsubscribe();
      signal.removeEventListener('abort', onAbort);
      then();
    };
    const onAbort = (): void => settle(() => reject(new CliError('cancelled', 'Stopped.')));
    const look = (value: T): void => {
      if (passes(value)) settle(() => resolve(value));
    };
    const unsubscribe = source.subscribe(look);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    else look(source.get());
  });
}
