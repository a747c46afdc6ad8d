import { systemClock } from '../clock.ts';
import { deferred } from '../deferred.ts';
import { HANDSHAKE_TIMEOUT_MS, MAX_HANDSHAKE_BYTES } from '../limits.ts';
import { SOCKET_CLOSE } from './frame-socket.ts';
import type { SocketCloseInfo } from './frame-socket.ts';
import { HandshakeFailure } from './handshake.ts';
import type { HandshakeFailureCode, HandshakeInput } from './handshake.ts';
import { CHANNEL_VERSION } from './prologue.ts';

/** One side's part in a handshake, without the limits that {@link runHandshake} adds. */
export interface HandshakeSteps {
  /** Sends what this side says first. */
  begin?(): void;
  frame(data: Uint8Array): void;
  /** What it means that the pipe closed, or that the time is over, at this point. */
  closed(info: SocketCloseInfo): HandshakeFailureCode;
  timedOut(): HandshakeFailureCode;
  /** Wipes what is left after a failure. */
  abandon(): void;
}

export interface HandshakeRun<Result> {
  succeed(result: Result): void;
  /** Ends the handshake; the peer sees one generic close, or that the version is not supported. */
  fail(code: HandshakeFailureCode, detail?: string, cause?: unknown): void;
}

const ADVICE: Record<HandshakeFailureCode, string> = {
  daemon_not_reached: 'The daemon did not answer. Check that it runs and that this device can reach it.',
  daemon_not_verified:
    'What answered is not the daemon this device knows. Do not continue; pair again if the daemon was reset.',
  refused: 'The daemon does not accept this device. Pair again.',
  interrupted: 'The connection broke off. Try again.',
  timeout: 'The other side did not answer in time. Try again.',
  version_unsupported: 'The two sides speak different versions. Update Paseo on both.',
  daemon_newer: 'The daemon speaks a newer version. Update Paseo on this device.',
  daemon_older: 'The daemon speaks an older version. Update Paseo on the computer.',
  aborted: 'The connection was given up.',
  bad_prelude: 'The first frame is not one of ours.',
  unknown_offer: 'The offer is unknown, used or expired. Make a new one.',
  not_admitted: 'Too many handshakes at once. Try again later.',
  bad_handshake: 'The handshake did not verify.',
  bad_hello: 'The client introduced itself wrongly. Update the client.',
  closed_early: 'The client closed before the handshake was done.',
};

/** Attaches to the socket and keeps to the limits: time, bytes, the caller's signal. A failure closes the socket. */
export function runHandshake<Result>(
  { socket, clock = systemClock, signal }: HandshakeInput,
  makeSteps: (run: HandshakeRun<Result>) => HandshakeSteps,
): Promise<Result> {
  const result = deferred<Result>();
  let received = 0;
  let over = false;
  const finish = () => {
    if (over) return false;
    over = true;
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
    return true;
  };
  const run: HandshakeRun<Result> = {
    succeed: (value) => {
      if (finish()) result.resolve(value);
    },
    fail: (code, detail, cause) => {
      if (!finish()) return;
      steps.abandon();
      if (code === 'version_unsupported') socket.close(SOCKET_CLOSE.unsupportedVersion, String(CHANNEL_VERSION));
      else socket.close(SOCKET_CLOSE.failed, '');
      result.reject(new HandshakeFailure(code, detail ? `${ADVICE[code]} (${detail})` : ADVICE[code], { cause }));
    },
  };
  const steps = makeSteps(run);
  const onAbort = () => run.fail('aborted');
  const cancelTimer = clock.after(HANDSHAKE_TIMEOUT_MS, () => run.fail(steps.timedOut()));
  /** An error inside a step is a failed handshake, never an uncaught exception. */
  const guarded = (step: () => void) => {
    try {
      step();
    } catch (cause) {
      run.fail('bad_handshake', undefined, cause);
    }
  };
  socket.attach({
    frame: (data) => {
      if (over) return;
      received += data.length;
      if (received > MAX_HANDSHAKE_BYTES) run.fail('bad_handshake', 'too many bytes before authentication');
      else guarded(() => steps.frame(data));
    },
    closed: (info) => run.fail(steps.closed(info), `closed with ${info.code}`),
  });
  signal?.addEventListener('abort', onAbort);
  if (signal?.aborted) onAbort();
  else if (!over) guarded(() => steps.begin?.());
  return result.promise;
}
