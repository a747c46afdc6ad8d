import type { Duplex } from 'node:stream';
import { RELAY_SOCKETS_PER_SOURCE, RELAY_STRANGERS, RELAY_STRANGERS_PER_SOURCE } from '../../src-shared/limits.ts';
import { isLoopbackSource } from './source-address.ts';

interface Source {
  /** Connections that have proven nothing, oldest first. */
  readonly strangers: Set<Duplex>;
  /** All connections. */
  total: number;
}

/**
 * Counts connections by source from the moment they are accepted. Where strangers are too many the oldest gives way: who means
 * it proves itself within a round trip, and who only holds a place loses it. So a flood never locks a real phone out.
 */
export class Doorstep {
  readonly #sources = new Map<string, Source>();
  readonly #sourceOf = new Map<Duplex, string>();
  #strangers = 0;

  /** Also moves a connection whose real source became known. Connections are forgotten when they close. */
  enter(socket: Duplex, source: string): void {
    const before = this.#sourceOf.get(socket);
    if (before === source || socket.destroyed) return;
    if (before === undefined) socket.once('close', () => this.#leave(socket));
    else this.#leave(socket);
    const entry = this.#sources.get(source) ?? { strangers: new Set(), total: 0 };
    this.#sources.set(source, entry);
    this.#sourceOf.set(socket, source);
    entry.strangers.add(socket);
    entry.total += 1;
    this.#strangers += 1;
    if (entry.total > RELAY_SOCKETS_PER_SOURCE && !isLoopbackSource(source)) socket.destroy();
    else if (entry.strangers.size > RELAY_STRANGERS_PER_SOURCE) this.#dropOldest(entry);
    else if (this.#strangers > RELAY_STRANGERS) this.#dropOldest(this.#mostCrowded(entry));
  }

  proven(socket: Duplex): void {
    const entry = this.#sources.get(this.#sourceOf.get(socket) ?? '');
    if (entry?.strangers.delete(socket)) this.#strangers -= 1;
  }

  #leave(socket: Duplex): void {
    const source = this.#sourceOf.get(socket);
    const entry = source === undefined ? undefined : this.#sources.get(source);
    if (source === undefined || !entry) return;
    this.proven(socket);
    this.#sourceOf.delete(socket);
    entry.total -= 1;
    if (entry.total === 0) this.#sources.delete(source);
  }

  #mostCrowded(start: Source): Source {
    let most = start;
    for (const entry of this.#sources.values()) if (entry.strangers.size > most.strangers.size) most = entry;
    return most;
  }

  #dropOldest(source: Source): void {
    for (const socket of source.strangers) {
      this.proven(socket);
      socket.destroy();
      return;
    }
  }
}
