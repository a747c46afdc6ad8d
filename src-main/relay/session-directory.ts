import type { Clock } from '../../src-shared/clock.ts';
import { RELAY_SESSIONS, RELAY_SESSIONS_PER_SOURCE } from '../../src-shared/limits.ts';
import { RelayClose } from '../../src-shared/relay/envelopes.ts';
import { Session, hasNoToken } from './session.ts';
import type { SessionOwner } from './session.ts';
import type { Pipe } from './pipe.ts';
import { isLoopbackSource } from './source-address.ts';

type ClaimOutcome = 'claimed' | 'taken_over' | 'take_over_limit' | 'too_many';

/** Every session claimed at this relay. In memory only. */
export class SessionDirectory {
  readonly #clock: Clock;
  readonly #sessions = new Map<string, Session>();
  /** Owned sessions by the source of their owner. */
  readonly #ownedBy = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** `owner` has proven that it holds the key of the session: the newest one wins, so that a crashed daemon is never locked out. */
  claim(owner: SessionOwner, sessionId: string, tokenHashes: readonly string[]): ClaimOutcome {
    const session = this.#sessions.get(sessionId) ?? new Session(sessionId);
    const before = session.owner;
    const takesOver = before !== null && before !== owner;
    if (!this.#sessions.has(sessionId) && this.#sessions.size >= RELAY_SESSIONS) return 'too_many';
    if (before !== owner && !this.#mayOwnMore(owner.source)) return 'too_many';
    if (takesOver && !session.mayBeTakenOver(this.#clock.now())) return 'take_over_limit';
    this.#sessions.set(sessionId, session);
    this.#setOwner(session, owner);
    if (takesOver) {
      // Their data sockets lead to the owner of before, who may be gone without a word.
      for (const pipe of [...session.pipes.values()]) pipe.close(RelayClose.peerGone);
      before.taken(sessionId);
    }
    session.setTokens(tokenHashes);
    return takesOver ? 'taken_over' : 'claimed';
  }

  /** Does nothing for a session that `owner` does not own (any more). */
  setTokens(owner: SessionOwner, sessionId: string, tokenHashes: readonly string[]): void {
    const session = this.#sessions.get(sessionId);
    if (session?.owner === owner) session.setTokens(tokenHashes);
  }

  admit(owner: SessionOwner, sessionIds: Iterable<string>, pipeId: string): void {
    for (const id of sessionIds) {
      const session = this.#sessions.get(id);
      if (session?.owner === owner) session.pipes.get(pipeId)?.admit();
    }
  }

  /** The owner's control socket is gone: nobody can join until it is back; open pipes go on. */
  release(owner: SessionOwner, sessionId: string): void {
    const session = this.#sessions.get(sessionId);
    if (session?.owner !== owner) return;
    this.#setOwner(session, null);
    for (const pipe of [...session.pipes.values()]) if (pipe.state === 'waiting') pipe.close(RelayClose.notAvailable);
    this.#forgetIfEmpty(session);
  }

  /** The session that this token opens. An unknown id, an absent owner and a wrong token take the same time. */
  find(sessionId: string, tokenHash: Uint8Array): Session | null {
    const session = this.#sessions.get(sessionId);
    const found = session?.owner ? session.hasToken(tokenHash) : hasNoToken(tokenHash);
    return found && session ? session : null;
  }

  add(session: Session, pipe: Pipe): void {
    session.pipes.set(pipe.id, pipe);
  }

  remove(pipe: Pipe): void {
    const session = this.#sessions.get(pipe.sessionId);
    if (!session?.pipes.delete(pipe.id)) return;
    this.#forgetIfEmpty(session);
  }

  #mayOwnMore(source: string): boolean {
    return isLoopbackSource(source) || (this.#ownedBy.get(source) ?? 0) < RELAY_SESSIONS_PER_SOURCE;
  }

  #setOwner(session: Session, owner: SessionOwner | null): void {
    if (session.owner) this.#count(session.owner.source, -1);
    if (owner) this.#count(owner.source, 1);
    session.owner = owner;
  }

  #count(source: string, change: number): void {
    const count = (this.#ownedBy.get(source) ?? 0) + change;
    if (count > 0) this.#ownedBy.set(source, count);
    else this.#ownedBy.delete(source);
  }

  #forgetIfEmpty(session: Session): void {
    if (session.owner === null && session.pipes.size === 0) this.#sessions.delete(session.id);
  }
}
