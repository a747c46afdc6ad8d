import type { WebSocket } from 'ws';
import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import {
  RELAY_FRAME_BYTES,
  RELAY_LINK_DIALS_PER_SESSION,
  RELAY_LINK_PIPES_PER_SESSION,
  SOCKET_CLOSE_TIMEOUT_MS,
} from '../../../src-shared/limits.ts';
import { RELAY_VERSION, RelayClose } from '../../../src-shared/relay/envelopes.ts';
import { wsFrameSocket } from '../../platform/ws-frame-socket.ts';
import type { WaitingClient } from './control-link.ts';
import { dialRelay, whenClosed } from './relay-dial.ts';
import type { RelayAddress } from './relay-dial.ts';

/** A client that came through the relay: nobody has authenticated it yet. */
export interface RelayPipe {
  readonly socket: FrameSocket;
  readonly sessionId: string;
  /** Lower-case hex: whose join token the client showed, as the relay says. */
  readonly tokenHash: string;
  /** Tells the relay that the handshake has finished; before that it passes 16 KiB and waits 10 s. */
  admit(): void;
}

interface OpenPipe {
  readonly sessionId: string;
  state: 'dialling' | 'open' | 'admitted';
}

interface DataPipesOptions {
  readonly address: RelayAddress;
  onPipe(pipe: RelayPipe): void;
  /** Passes an admission on, if there is a control socket to pass it to. */
  sendAdmit(pipeId: string): void;
}

/** Dials a data socket for each waiting client, and holds them until they close. The relay is not trusted to be modest. */
export class DataPipes {
  readonly #options: DataPipesOptions;
  readonly #pipes = new Map<WebSocket, OpenPipe & { readonly pipeId: string; readonly closed: Promise<void> }>();

  constructor(options: DataPipesOptions) {
    this.#options = options;
  }

  /** Ignored when the session has too many pipes already. The ticket then runs out at the relay. */
  dial(client: WaitingClient): void {
    const { sessionId } = client;
    const ofSession = [...this.#pipes.values()].filter((pipe) => pipe.sessionId === sessionId);
    const dialling = ofSession.filter((pipe) => pipe.state === 'dialling');
    if (ofSession.length >= RELAY_LINK_PIPES_PER_SESSION || dialling.length >= RELAY_LINK_DIALS_PER_SESSION) return;
    const ws = dialRelay(this.#options.address, 'data', RELAY_FRAME_BYTES);
    this.#pipes.set(ws, { pipeId: client.pipe, sessionId, state: 'dialling', closed: whenClosed(ws) });
    // What broke is known from the close that follows; the client then comes again.
    ws.on('error', () => {});
    ws.once('close', () => this.#pipes.delete(ws));
    ws.once('open', () => this.#opened(ws, client));
  }

  /** After a new control socket: the last one may have broken with admissions on the way. */
  repeatAdmissions(): void {
    for (const pipe of this.#pipes.values()) if (pipe.state === 'admitted') this.#options.sendAdmit(pipe.pipeId);
  }

  /** Closes every data socket and waits until they are gone. */
  async stop(): Promise<void> {
    const sockets = [...this.#pipes.keys()];
    for (const ws of sockets) {
      ws.resume();
      ws.close(RelayClose.goingAway);
    }
    const giveUp = setTimeout(() => sockets.forEach((ws) => ws.terminate()), SOCKET_CLOSE_TIMEOUT_MS);
    await Promise.all([...this.#pipes.values()].map((pipe) => pipe.closed));
    clearTimeout(giveUp);
  }

  #opened(ws: WebSocket, { pipe: pipeId, sessionId, ticket, tokenHash }: WaitingClient): void {
    const pipe = this.#pipes.get(ws);
    if (!pipe) return;
    pipe.state = 'open';
    ws.send(JSON.stringify({ t: 'open', version: RELAY_VERSION, ticket }));
    const admit = (): void => {
      if (pipe.state !== 'open') return;
      pipe.state = 'admitted';
      this.#options.sendAdmit(pipeId);
    };
    this.#options.onPipe({ socket: wsFrameSocket(ws), sessionId, tokenHash, admit });
  }
}
