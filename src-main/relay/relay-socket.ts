import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

/** One WebSocket at the relay. */
export interface RelaySocket {
  readonly ws: WebSocket;
  /** The connection under `ws`: corked, so that the frames of one read leave in one write. */
  readonly raw: Duplex;
  /** What per-source limits go by; see `sourceOf`. */
  readonly source: string;
  /** It has proven something: it no longer counts as a stranger. */
  proven(): void;
}
