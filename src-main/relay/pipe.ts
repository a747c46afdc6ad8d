import type { RawData } from 'ws';
import { SOCKET_CLOSE } from '../../src-shared/channel/frame-socket.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { RELAY_PENDING_BYTES, RELAY_PENDING_MS, RELAY_TICKET_MS } from '../../src-shared/limits.ts';
import { RelayClose } from '../../src-shared/relay/envelopes.ts';
import { keepAlive } from '../platform/ws-liveness.ts';
import type { BufferBudget } from './buffer-budget.ts';
import { PipeFlow } from './pipe-flow.ts';
import type { RelaySocket } from './relay-socket.ts';

/** Close codes that mean something to the other end's channel; every other end is told as `peerGone`. */
const PASSED_ON: readonly number[] = [SOCKET_CLOSE.normal, SOCKET_CLOSE.failed, SOCKET_CLOSE.unsupportedVersion];

/** `waiting` for the daemon to dial in, then `pending` until it admits the client, then `open`. */
type PipeState = 'waiting' | 'pending' | 'open' | 'closed';

interface PipeOptions {
  readonly id: string;
  readonly sessionId: string;
  /** Lower-case hex of the hash of the token that the client showed. */
  readonly tokenHash: string;
  readonly client: RelaySocket;
  readonly budget: BufferBudget;
  readonly clock: Clock;
  /** Called once, when the pipe is over for its session. */
  onEnd(pipe: Pipe): void;
}

/** One client, joined with one data socket of the daemon. Frames pass in order, unread and unchanged. */
export class Pipe {
  readonly id: string;
  readonly sessionId: string;
  readonly tokenHash: string;
  readonly source: string;
  readonly #options: PipeOptions;
  readonly #client: RelaySocket;
  readonly #clientHeard: () => void;
  readonly #fromClient: PipeFlow;
  #data: RelaySocket | null = null;
  #state: PipeState = 'waiting';
  #cancelDeadline: () => void;

  /** The client's first message was good; this takes over its socket, which is open. */
  constructor(options: PipeOptions) {
    const { client, budget, clock } = options;
    this.id = options.id;
    this.sessionId = options.sessionId;
    this.tokenHash = options.tokenHash;
    this.source = client.source;
    this.#options = options;
    this.#client = client;
    this.#clientHeard = keepAlive(client.ws, clock, () => {});
    this.#fromClient = new PipeFlow({
      from: client,
      allowance: RELAY_PENDING_BYTES,
      budget,
      onProgress: () => this.#dataHeard(),
      onAbandon: () => this.#abandon(this.#data),
    });
    this.#listen(client, this.#fromClient);
    this.#cancelDeadline = clock.after(RELAY_TICKET_MS, () => this.close(RelayClose.notAvailable));
  }

  get state(): PipeState {
    return this.#state;
  }

  #dataHeard = (): void => {};

  /** The daemon's data socket, which is open. Only while `waiting`. */
  join(data: RelaySocket): void {
    const { budget, clock } = this.#options;
    this.#state = 'pending';
    this.#data = data;
    this.#dataHeard = keepAlive(data.ws, clock, () => {});
    const fromData = new PipeFlow({
      from: data,
      allowance: Infinity,
      budget,
      onProgress: this.#clientHeard,
      onAbandon: () => this.#abandon(this.#client),
    });
    this.#listen(data, fromData);
    fromData.connect(this.#client);
    this.#fromClient.connect(data);
    this.#cancelDeadline();
    this.#cancelDeadline = clock.after(RELAY_PENDING_MS, () => this.close(RelayClose.timeout));
  }

  /** The daemon has finished the handshake with this client. */
  admit(): void {
    if (this.#state !== 'pending') return;
    this.#state = 'open';
    this.#cancelDeadline();
    this.#fromClient.open();
  }

  /** Ends both sides after what was written to them. Idempotent. */
  close(code: number, reason = ''): void {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#cancelDeadline();
    for (const end of [this.#client, this.#data]) {
      // The answer to a close is only found by reading.
      end?.ws.resume();
      end?.ws.close(code, reason);
    }
    this.#fromClient.stop();
    this.#options.onEnd(this);
  }

  #listen(end: RelaySocket, flow: PipeFlow): void {
    end.ws.on('message', (data: RawData, isBinary: boolean) => {
      if (this.#state === 'closed') return;
      if (isBinary && Buffer.isBuffer(data)) flow.frame(data);
      else this.close(RelayClose.badRequest);
    });
    end.ws.on('close', (code: number, reason: Buffer) => {
      flow.stop();
      if (PASSED_ON.includes(code)) this.close(code, reason.toString());
      else this.close(RelayClose.peerGone);
    });
  }

  #abandon(reader: RelaySocket | null): void {
    reader?.ws.terminate();
    this.close(RelayClose.tooMany);
  }
}
