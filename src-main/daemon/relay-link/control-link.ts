import type { RawData, WebSocket } from 'ws';
import { fromBase64url, toBase64url } from '../../../src-shared/bytes.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { RELAY_CONTROL_BYTES, RELAY_DIAL_TIMEOUT_MS } from '../../../src-shared/limits.ts';
import { RELAY_VERSION, RelayToDaemon } from '../../../src-shared/relay/envelopes.ts';
import type { DaemonToRelay, RelayClaim } from '../../../src-shared/relay/envelopes.ts';
import { parseEnvelope } from '../../../src-shared/relay/parse-envelope.ts';
import { claimMessage } from '../../../src-shared/relay/session-id.ts';
import { createNodeProvider } from '../../platform/node-crypto.ts';
import { keepAlive } from '../../platform/ws-liveness.ts';
import { dialRelay, whenClosed } from './relay-dial.ts';
import type { RelayAddress } from './relay-dial.ts';
import {
  closedError,
  dialError,
  protocolError,
  refusedError,
  responseError,
  silentError,
  takenError,
  timeoutError,
  versionError,
} from './relay-link-error.ts';
import type { RelayLinkError } from './relay-link-error.ts';

export interface RelaySessionClaim {
  readonly sessionId: string;
  /** Ed25519, 32 bytes: the owner of the session id. */
  readonly publicKey: Uint8Array;
  /** Ed25519 signature, 64 bytes. */
  sign(data: Uint8Array): Uint8Array;
  /** Lower-case hex SHA-256 of every join token that is valid now. */
  tokenHashes(): string[];
}

export type WaitingClient = Extract<RelayToDaemon, { t: 'waiting' }>;

interface ControlLinkOptions {
  readonly address: RelayAddress;
  readonly claims: readonly RelaySessionClaim[];
  readonly clock: Clock;
  /** Every session is claimed. Called at most once. */
  onOnline(): void;
  onWaiting(client: WaitingClient): void;
  /** Called exactly once, unless {@link ControlLink.close} was called before. */
  onEnded(error: RelayLinkError): void;
}

/** One connection to `/v1/daemon`: answers the challenge for every session, then hears of waiting clients. */
export class ControlLink {
  readonly #options: ControlLinkOptions;
  readonly #ws: WebSocket;
  readonly #unclaimed: Set<string>;
  /** The token set of each session that the relay was told last. */
  readonly #told = new Map<string, string>();
  #state: 'dialling' | 'claiming' | 'online' | 'ended' = 'dialling';
  #cancelTimeout: () => void;
  /** Settles when the socket is gone. */
  readonly closed: Promise<void>;

  /** Dials at once. */
  constructor(options: ControlLinkOptions) {
    const { address, claims, clock } = options;
    this.#options = options;
    this.#unclaimed = new Set(claims.map((claim) => claim.sessionId));
    const ws = dialRelay(address, 'daemon', RELAY_CONTROL_BYTES);
    this.#ws = ws;
    this.closed = whenClosed(ws);
    const timeout = (): void => this.#end(timeoutError(address.endpoint));
    this.#cancelTimeout = clock.after(RELAY_DIAL_TIMEOUT_MS, timeout);
    ws.on('open', () => {
      this.#cancelTimeout();
      if (this.#state === 'dialling') this.#cancelTimeout = clock.after(RELAY_DIAL_TIMEOUT_MS, timeout);
      keepAlive(ws, clock, () => this.#end(silentError(address.endpoint)));
    });
    ws.on('message', (data, isBinary) => this.#received(data, isBinary));
    ws.on('unexpected-response', (_request, response) => this.#end(responseError(response, address.endpoint)));
    // After the socket opened, what broke is known from the close that follows.
    ws.on('error', (error) => {
      if (this.#state === 'dialling' && ws.readyState !== ws.OPEN) this.#end(dialError(error, address.endpoint));
    });
    ws.on('close', (code, reason) => this.#end(closedError(code, reason.toString(), address.endpoint)));
  }

  admit(pipe: string): void {
    this.#send({ t: 'admit', pipe });
  }

  /** Tells the relay every token set that has changed. */
  updateTokens(): void {
    if (this.#state !== 'online') return;
    for (const { sessionId, tokenHashes } of this.#options.claims) {
      const hashes = tokenHashes();
      const set = hashes.join();
      if (this.#told.get(sessionId) === set) continue;
      this.#told.set(sessionId, set);
      this.#send({ t: 'tokens', sessionId, tokenHashes: hashes });
    }
  }

  /** Ends the connection without a word to `onEnded`. */
  close(): void {
    if (this.#state === 'ended') return;
    this.#over();
  }

  #end(error: RelayLinkError): void {
    if (this.#state === 'ended') return;
    this.#over();
    this.#options.onEnded(error);
  }

  #over(): void {
    this.#state = 'ended';
    this.#cancelTimeout();
    this.#ws.terminate();
  }

  #received(data: RawData, isBinary: boolean): void {
    if (this.#state === 'ended') return;
    const { endpoint } = this.#options.address;
    if (isBinary || !Buffer.isBuffer(data)) {
      this.#end(protocolError(endpoint));
      return;
    }
    const envelope = parseEnvelope(RelayToDaemon, data.toString());
    if (envelope.ok) this.#handle(envelope.message);
    else if (envelope.problem === 'version') this.#end(versionError(envelope.version, endpoint));
    else this.#end(protocolError(endpoint));
  }

  #handle(message: RelayToDaemon): void {
    const { address, onWaiting } = this.#options;
    switch (message.t) {
      case 'challenge':
        if (this.#state === 'dialling') this.#claim(fromBase64url(message.challenge));
        else this.#end(protocolError(address.endpoint));
        break;
      case 'claimed':
        this.#claimed(message.sessionId);
        break;
      case 'refused':
        this.#end(refusedError(message.code, address.endpoint));
        break;
      case 'taken':
        this.#end(takenError(address.endpoint));
        break;
      case 'waiting':
        onWaiting(message);
        break;
    }
  }

  #claim(challenge: Uint8Array): void {
    const relayName = this.#options.address.endpoint;
    const { sha256 } = createNodeProvider();
    this.#state = 'claiming';
    const claims = this.#options.claims.map((claim): RelayClaim => {
      const { sessionId, publicKey } = claim;
      const tokenHashes = claim.tokenHashes();
      this.#told.set(sessionId, tokenHashes.join());
      const content = { relayName, challenge, sessionId, tokenHashes };
      const signature = toBase64url(claim.sign(claimMessage(content, sha256)));
      return { sessionId, publicKey: toBase64url(publicKey), tokenHashes, signature };
    });
    this.#send({ t: 'claim', version: RELAY_VERSION, relayName, claims });
  }

  #claimed(sessionId: string): void {
    this.#unclaimed.delete(sessionId);
    if (this.#state !== 'claiming' || this.#unclaimed.size > 0) return;
    this.#state = 'online';
    this.#cancelTimeout();
    this.updateTokens();
    this.#options.onOnline();
  }

  #send(message: DaemonToRelay): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(JSON.stringify(message));
  }
}
