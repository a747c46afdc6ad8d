/**
 * The untrusted pipe under a channel: ordered binary frames, one per WebSocket binary message. Whoever carries it (a relay, a
 * network) may drop, change, repeat or invent frames.
 */
export interface FrameSocket {
  /** Queues one frame. Ignored once the socket is closing. The caller does not change the bytes afterwards. */
  send(frame: Uint8Array): void;
  /** Bytes queued here and not yet handed to the operating system (or to the browser). */
  bufferedAmount(): number;
  /**
   * Starts closing with a WebSocket close code (see {@link SOCKET_CLOSE}); idempotent. The adapter sends what is queued, waits
   * at most `SOCKET_CLOSE_TIMEOUT_MS` for the peer, then destroys the connection. `closed` follows in every case.
   */
  close(code: number, reason: string): void;
  /**
   * Sets who hears of frames from now on; calling it again replaces the handlers (the handshake hands over to the channel).
   * Frames that come before the first call are kept for it; a socket that is closed already says so in a microtask.
   */
  attach(handlers: FrameHandlers): void;
  /** Stops and resumes reading, where the transport can (back-pressure). */
  pause?(): void;
  resume?(): void;
}

export interface FrameHandlers {
  frame(data: Uint8Array): void;
  /** Called once, last. `code` is 1006 when the connection broke. */
  closed(info: SocketCloseInfo): void;
  /** Optional speed-up: queued bytes went out. Sockets that cannot tell never call it. */
  writable?(): void;
}

export interface SocketCloseInfo {
  readonly code: number;
  readonly reason: string;
}

/** Every WebSocket close code a channel uses. They are hints from an untrusted pipe; the truth is the encrypted fin. */
export const SOCKET_CLOSE = {
  normal: 1000,
  /** Any failure of handshake or channel; says nothing more, on purpose. */
  failed: 4400,
  /** The version in the prelude is not ours; the reason is our version number. */
  unsupportedVersion: 4406,
} as const;
