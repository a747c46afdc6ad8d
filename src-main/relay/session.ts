import { randomBytes, timingSafeEqual } from 'node:crypto';
import { fromHex } from '../../src-shared/bytes.ts';
import {
  RELAY_PENDING_PER_SESSION,
  RELAY_PENDING_PER_TOKEN,
  RELAY_PIPES_PER_SESSION,
  RELAY_TAKE_OVERS_PER_MINUTE,
  RELAY_TOKENS_PER_SESSION,
} from '../../src-shared/limits.ts';
import { RelayClose } from '../../src-shared/relay/envelopes.ts';
import type { Pipe } from './pipe.ts';

const HASH_BYTES = 32;
const MINUTE_MS = 60_000;

/** The control socket that proved it owns a session. */
export interface SessionOwner {
  /** What limits per source go by. */
  readonly source: string;
  /** Another proven owner holds the session now. */
  taken(sessionId: string): void;
  announce(pipe: Pipe, ticket: string): void;
}

/** One session id at this relay: who owns it, which tokens it knows, and its pipes. It outlives its owner while pipes are left. */
export class Session {
  readonly id: string;
  readonly pipes = new Map<string, Pipe>();
  owner: SessionOwner | null = null;
  #tokens: ReadonlySet<string> = new Set();
  /** The token hashes, filled up with random bytes, so that a look-up always takes the same time. */
  #padded = paddedHashes([]);
  #takeOvers: number[] = [];

  constructor(id: string) {
    this.id = id;
  }

  /** Counts one take-over; false when there were too many in the last minute. */
  mayBeTakenOver(now: number): boolean {
    this.#takeOvers = this.#takeOvers.filter((at) => now - at < MINUTE_MS);
    if (this.#takeOvers.length >= RELAY_TAKE_OVERS_PER_MINUTE) return false;
    this.#takeOvers.push(now);
    return true;
  }

  /** Replaces the token set and closes the pipes of tokens that are no longer in it. */
  setTokens(hashes: readonly string[]): void {
    this.#tokens = new Set(hashes);
    this.#padded = paddedHashes([...this.#tokens]);
    for (const pipe of [...this.pipes.values()])
      if (!this.#tokens.has(pipe.tokenHash)) pipe.close(RelayClose.notAvailable);
  }

  hasToken(hash: Uint8Array): boolean {
    return this.owner !== null && containsHash(this.#padded, hash);
  }

  /**
   * Whether one more pipe of this token from this source may wait. Where places are taken, a source that holds two more than
   * the newcomer's gives its oldest away, so that one holder of a stolen link cannot keep the others out.
   */
  makeRoom(tokenHash: string, source: string): boolean {
    if (this.pipes.size >= RELAY_PIPES_PER_SESSION) return false;
    const pending = [...this.pipes.values()].filter((pipe) => pipe.state !== 'open');
    const sameToken = pending.filter((pipe) => pipe.tokenHash === tokenHash);
    if (sameToken.length >= RELAY_PENDING_PER_TOKEN) return giveWay(sameToken, source);
    return pending.length < RELAY_PENDING_PER_SESSION || giveWay(pending, source);
  }
}

const NOTHING = paddedHashes([]);

/** For an id that nobody claimed: takes as long as {@link Session.hasToken} and is always false. */
export function hasNoToken(hash: Uint8Array): boolean {
  return containsHash(NOTHING, hash);
}

/** Compares with every place, whatever was found before. */
function containsHash(padded: Uint8Array, hash: Uint8Array): boolean {
  let found = 0;
  for (let at = 0; at < padded.length; at += HASH_BYTES)
    found |= Number(timingSafeEqual(padded.subarray(at, at + HASH_BYTES), hash));
  return found === 1;
}

function paddedHashes(hashes: readonly string[]): Uint8Array {
  const padded = new Uint8Array(randomBytes(RELAY_TOKENS_PER_SESSION * HASH_BYTES));
  hashes.forEach((hash, index) => padded.set(fromHex(hash), index * HASH_BYTES));
  return padded;
}

/** `pending` is in the order of arrival. */
function giveWay(pending: readonly Pipe[], source: string): boolean {
  const counts = new Map<string, number>();
  for (const pipe of pending) counts.set(pipe.source, (counts.get(pipe.source) ?? 0) + 1);
  const most = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a));
  if (most[1] < (counts.get(source) ?? 0) + 2) return false;
  pending.find((pipe) => pipe.source === most[0])?.close(RelayClose.tooMany);
  return true;
}
