import type { Duplex } from 'node:stream';
import { MAX_HTTP_SOCKETS, MAX_HTTP_SOCKETS_PER_SOURCE } from '../limits.ts';

/**
 * Bounds the connections that have not become a WebSocket. Where there are too many the oldest gives way: who means it is done
 * within a moment, and who only holds a place loses it.
 */
export class ConnectionGate {
  /** Per source, oldest first. */
  readonly #sources = new Map<string, Set<Duplex>>();
  readonly #sourceOf = new Map<Duplex, string>();

  enter(socket: Duplex, source: string): void {
    const peers = this.#sources.get(source) ?? new Set();
    this.#sources.set(source, peers.add(socket));
    this.#sourceOf.set(socket, source);
    socket.once('close', () => this.leave(socket));
    if (peers.size > MAX_HTTP_SOCKETS_PER_SOURCE) dropOldest(peers);
    else if (this.#sourceOf.size > MAX_HTTP_SOCKETS) dropOldest(this.#mostCrowded(peers));
  }

  /** It became a WebSocket, which others count; or it is gone. */
  leave(socket: Duplex): void {
    const source = this.#sourceOf.get(socket);
    if (source === undefined) return;
    this.#sourceOf.delete(socket);
    const peers = this.#sources.get(source);
    peers?.delete(socket);
    if (peers?.size === 0) this.#sources.delete(source);
  }

  #mostCrowded(start: Set<Duplex>): Set<Duplex> {
    let most = start;
    for (const peers of this.#sources.values()) if (peers.size > most.size) most = peers;
    return most;
  }
}

function dropOldest(peers: Set<Duplex>): void {
  for (const socket of peers) {
    socket.destroy();
    return;
  }
}
