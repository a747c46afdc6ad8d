import { createServer, connect, type Server, type Socket } from 'node:net';
import { decodeFrames } from './websocket-frames.ts';

/** One TCP connection that reached the relay: every byte of both directions. */
interface TappedConnection {
  toRelay: Buffer[];
  fromRelay: Buffer[];
}

/**
 * A wire tap in front of a relay: clients and daemon dial the tap, which passes every byte on and keeps a copy. It stands where
 * a hostile relay stands and sees exactly what a relay sees.
 */
export class RelayTap {
  readonly connections: TappedConnection[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;
  #target: number;

  constructor(relayPort: number) {
    this.#target = relayPort;
    this.#server = createServer((inbound) => this.#tap(inbound));
  }

  async start(): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', resolve);
    });
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the tap has no port');
    return address.port;
  }

  /** The relay was started anew at another port. */
  retarget(relayPort: number): void {
    this.#target = relayPort;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  /** All that was said, request heads and unmasked WebSocket payloads alike, as one buffer. */
  transcript(): Buffer {
    return Buffer.concat(this.connections.flatMap(({ toRelay, fromRelay }) => [toRelay, fromRelay].map(readable)));
  }

  #tap(inbound: Socket): void {
    const record: TappedConnection = { toRelay: [], fromRelay: [] };
    this.connections.push(record);
    const outbound = connect(this.#target, '127.0.0.1');
    for (const [from, to, copy] of [
      [inbound, outbound, record.toRelay],
      [outbound, inbound, record.fromRelay],
    ] as const) {
      this.#sockets.add(from);
      from.on('data', (chunk: Buffer) => copy.push(chunk));
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }
}

/** Head of the HTTP exchange, then the payload of every frame without its mask. */
function readable(chunks: Buffer[]): Buffer {
  const bytes = Buffer.concat(chunks);
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return bytes;
  return Buffer.concat([bytes.subarray(0, end + 4), ...decodeFrames(bytes.subarray(end + 4))]);
}
