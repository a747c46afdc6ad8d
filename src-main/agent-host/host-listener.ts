import { rmSync, rmdirSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { dirname } from 'node:path';
import { MAX_HOST_CONNECTIONS } from './limits.ts';

interface ListenerOptions {
  /** Unix socket or named pipe. */
  readonly path: string;
  /** The folder of the socket goes with it. */
  readonly ownFolder: boolean;
  readonly onConnection: (socket: Socket) => void;
}

/** Where a host can be reached: a socket that only this user may open, in a folder that only this user may enter. */
export class HostListener {
  readonly #options: ListenerOptions;
  readonly #server: Server;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#server = createServer(options.onConnection);
    this.#server.maxConnections = MAX_HOST_CONNECTIONS;
  }

  /** Rejects with the system's error. */
  async start(): Promise<void> {
    const listening = new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      // The bind happens inside listen(), so that at no time anybody else could open the socket.
      const umask = process.umask(0o177);
      try {
        this.#server.listen(this.#options.path, resolve);
      } finally {
        process.umask(umask);
      }
    });
    await listening;
  }

  /** Removes the socket; connections stay. Idempotent. */
  stop(): void {
    this.#server.close(() => {});
    if (process.platform === 'win32') return;
    const { path, ownFolder } = this.#options;
    try {
      rmSync(path, { force: true });
      if (ownFolder) rmdirSync(dirname(path));
    } catch {
      // Nobody is behind what stays.
    }
  }
}
