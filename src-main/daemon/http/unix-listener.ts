import { chmod, lstat, stat, unlink } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { dirname } from 'node:path';
import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import { MAX_MESSAGE_BYTES } from '../../../src-shared/limits.ts';
import { UNIX_SOCKET_PATH_BYTES, UNIX_SOCKET_PATH_BYTES_MACOS } from '../limits.ts';
import type { Logger } from '../../platform/logger.ts';
import { socketAnswers } from '../../platform/socket-answers.ts';
import { systemErrorCode } from '../../platform/system-error.ts';
import { wsMessageConnection } from '../../platform/ws-message-connection.ts';
import { ListenError, listenError } from './listen-error.ts';
import type { Verdict } from './request-guard.ts';
import { StrictServer } from './strict-server.ts';

interface UnixListenerOptions {
  /** Absolute. */
  readonly path: string;
  /** Whoever can open the socket is the owner, says the file system. */
  readonly onConnection: (connection: MessageConnection) => void;
  readonly logger: Logger;
}

/** The owner's way in: a Unix socket of mode 0600 that speaks WebSocket at `/ws`, without Noise. */
export class UnixListener {
  readonly #options: UnixListenerOptions;
  readonly #server: StrictServer;

  constructor(options: UnixListenerOptions) {
    this.#options = options;
    this.#server = new StrictServer({
      check: guardLocal,
      pages: null,
      maxPayload: MAX_MESSAGE_BYTES,
      logger: options.logger,
      onWebSocket: (ws) => options.onConnection(wsMessageConnection(ws)),
    });
  }

  /** Throws {@link ListenError}. A socket of ours that nobody answers on any more is replaced; nothing else is. */
  async start(): Promise<void> {
    const { path, logger } = this.#options;
    const bytes = Buffer.byteLength(path);
    const limit = process.platform === 'darwin' ? UNIX_SOCKET_PATH_BYTES_MACOS : UNIX_SOCKET_PATH_BYTES;
    if (bytes > limit) {
      throw new ListenError(
        'socket_path_too_long',
        `${path} is too long for a Unix socket: ${bytes} bytes, at most ${limit}. Use a shorter PASEO_HOME.`,
      );
    }
    await checkFolder(dirname(path));
    await removeStale(path);
    // The bind happens inside listen(), so that at no time anybody else could open the socket.
    const umask = process.umask(0o177);
    let listening: Promise<void>;
    try {
      listening = this.#server.listen({ path });
    } finally {
      process.umask(umask);
    }
    await listening.catch((cause: unknown) => {
      throw listenError(path, cause);
    });
    await chmod(path, 0o600);
    logger.info({ path }, 'listening');
  }

  /** Ends every connection and removes the socket. Idempotent. */
  async stop(): Promise<void> {
    await this.#server.stop();
  }
}

/** No browser can open a Unix socket by itself; what says it is a page came through something that should not be there. */
function guardLocal(request: IncomingMessage): Verdict {
  const target = request.url ?? '';
  if (request.headers.origin !== undefined) return { ok: false, status: 403 };
  return target.startsWith('/') ? { ok: true, target, origin: null } : { ok: false, status: 400 };
}

/** Whoever may rename in the folder could put a socket of theirs in our place. Sticky folders (/tmp) forbid that to others. */
async function checkFolder(folder: string): Promise<void> {
  const stats = await stat(folder).catch((cause: unknown) => {
    throw new ListenError(
      'listen_failed',
      `${folder} cannot be used for a socket (${systemErrorCode(cause)}). Make it first.`,
      {
        cause,
      },
    );
  });
  const user = process.geteuid?.();
  if (user === undefined) return;
  const foreign = stats.uid !== user && stats.uid !== 0;
  if (!foreign && ((stats.mode & 0o022) === 0 || (stats.mode & 0o1000) !== 0)) return;
  throw new ListenError(
    'socket_folder_unsafe',
    `Other users could replace a socket in ${folder}. Use a folder of your own.`,
  );
}

async function removeStale(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => null);
  if (stats === null) return;
  const user = process.geteuid?.();
  if (!stats.isSocket() || (user !== undefined && stats.uid !== user)) {
    throw new ListenError(
      'socket_path_occupied',
      `${path} is not a socket of yours, so it was left there. Move it away.`,
    );
  }
  if (await socketAnswers(path)) throw listenError(path, Object.assign(new Error('in use'), { code: 'EADDRINUSE' }));
  await unlink(path);
}
