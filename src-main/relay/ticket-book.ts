import { createHash, randomBytes } from 'node:crypto';
import { fromBase64url, toBase64url } from '../../src-shared/bytes.ts';
import type { Pipe } from './pipe.ts';

/** Single-use tickets for pipes that wait for the daemon's data socket. A ticket lives as long as its pipe waits. */
export class TicketBook {
  /** By the hash of the ticket, so that finding one tells nothing about others. */
  readonly #pipes = new Map<string, Pipe>();
  readonly #keys = new Map<Pipe, string>();

  /** 32 random bytes as base64url. */
  issue(pipe: Pipe): string {
    const ticket = randomBytes(32);
    const key = keyOf(ticket);
    this.#pipes.set(key, pipe);
    this.#keys.set(pipe, key);
    return toBase64url(ticket);
  }

  /** The pipe that waits for this ticket; each is answered once. */
  redeem(ticket: string): Pipe | null {
    const pipe = this.#pipes.get(keyOf(fromBase64url(ticket)));
    if (!pipe) return null;
    this.forget(pipe);
    return pipe.state === 'waiting' ? pipe : null;
  }

  forget(pipe: Pipe): void {
    const key = this.#keys.get(pipe);
    if (key === undefined) return;
    this.#keys.delete(pipe);
    this.#pipes.delete(key);
  }
}

function keyOf(ticket: Uint8Array): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
