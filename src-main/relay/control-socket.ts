import { randomBytes } from 'node:crypto';
import type { RawData } from 'ws';
import { toBase64url } from '../../src-shared/bytes.ts';
import type { Clock } from '../../src-shared/clock.ts';
import {
  RELAY_CLAIMS_PER_SOCKET,
  RELAY_CONTROL_BYTES,
  RELAY_CONTROL_MESSAGES_PER_MINUTE,
  RELAY_FIRST_MESSAGE_MS,
  RELAY_SESSIONS_PER_SOCKET,
} from '../../src-shared/limits.ts';
import { DaemonToRelay, RELAY_VERSION, RelayClose } from '../../src-shared/relay/envelopes.ts';
import type { RelayClaim, RelayToDaemon } from '../../src-shared/relay/envelopes.ts';
import { parseEnvelope } from '../../src-shared/relay/parse-envelope.ts';
import type { Logger } from '../platform/logger.ts';
import { keepAlive } from '../platform/ws-liveness.ts';
import { isProven } from './claim-proof.ts';
import type { Pipe } from './pipe.ts';
import type { RelaySocket } from './relay-socket.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { SessionOwner } from './session.ts';

const MINUTE_MS = 60_000;

interface ControlSocketOptions {
  readonly directory: SessionDirectory;
  readonly isRelayName: (name: string) => boolean;
  readonly logger: Logger;
  readonly clock: Clock;
}

type Refusal = Extract<RelayToDaemon, { t: 'refused' }>['code'];

/** A socket on `/v1/daemon`: proves which sessions it owns, then hears of their clients. */
export class ControlSocket implements SessionOwner {
  readonly #socket: RelaySocket;
  readonly #options: ControlSocketOptions;
  readonly #challenge = randomBytes(32);
  readonly #owned = new Set<string>();
  #claims = 0;
  #messages: { count: number; since: number };

  constructor(socket: RelaySocket, options: ControlSocketOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#messages = { count: 0, since: options.clock.now() };
  }

  /** Sends the challenge. The socket ends by itself. */
  start(): void {
    const { ws } = this.#socket;
    const { clock, directory, logger } = this.#options;
    keepAlive(ws, clock, () => logger.info({ sessions: [...this.#owned].map(shortId) }, 'A daemon fell silent'));
    const cancel = clock.after(RELAY_FIRST_MESSAGE_MS, () => {
      if (this.#owned.size === 0) ws.close(RelayClose.timeout);
    });
    ws.on('message', (data, isBinary) => this.#received(data, isBinary));
    ws.on('close', () => {
      cancel();
      for (const id of this.#owned) directory.release(this, id);
      this.#owned.clear();
    });
    this.#send({ t: 'challenge', version: RELAY_VERSION, challenge: toBase64url(this.#challenge) });
  }

  get source(): string {
    return this.#socket.source;
  }

  taken(sessionId: string): void {
    this.#owned.delete(sessionId);
    this.#send({ t: 'taken', sessionId });
    if (this.#owned.size === 0) this.#socket.ws.close(RelayClose.goingAway);
  }

  announce(pipe: Pipe, ticket: string): void {
    const { id, sessionId, tokenHash } = pipe;
    this.#send({ t: 'waiting', sessionId, pipe: id, ticket, tokenHash });
  }

  #received(data: RawData, isBinary: boolean): void {
    const { ws } = this.#socket;
    if (ws.readyState !== ws.OPEN) return;
    if (isBinary || !Buffer.isBuffer(data)) {
      ws.close(RelayClose.badRequest);
      return;
    }
    if (!this.#withinRate()) {
      ws.close(RelayClose.tooMany);
      return;
    }
    const envelope = parseEnvelope(DaemonToRelay, data.toString());
    if (envelope.ok) this.#handle(envelope.message);
    else if (envelope.problem === 'version') ws.close(RelayClose.version, String(RELAY_VERSION));
    else ws.close(RelayClose.badRequest);
  }

  #handle(message: DaemonToRelay): void {
    const { directory } = this.#options;
    switch (message.t) {
      case 'claim':
        this.#claim(message.relayName, message.claims);
        break;
      case 'tokens':
        directory.setTokens(this, message.sessionId, message.tokenHashes);
        break;
      case 'admit':
        directory.admit(this, this.#owned, message.pipe);
        break;
    }
  }

  /** A socket that owns nothing after its claim has no business here. */
  #claim(relayName: string, claims: readonly RelayClaim[]): void {
    const isOurName = this.#options.isRelayName(relayName);
    for (const claim of claims) {
      const refusal = isOurName ? this.#claimOne(relayName, claim) : 'wrong_name';
      if (refusal === null) {
        this.#send({ t: 'claimed', sessionId: claim.sessionId });
        continue;
      }
      this.#options.logger.warn({ session: shortId(claim.sessionId), code: refusal }, 'Refused a claim');
      this.#send({ t: 'refused', sessionId: claim.sessionId, code: refusal });
      // Signatures take time to check and lines take room in the log: the first refusal ends it.
      break;
    }
    if (this.#owned.size > 0) this.#socket.proven();
    else this.#socket.ws.close(RelayClose.badRequest);
  }

  #claimOne(relayName: string, claim: RelayClaim): Refusal | null {
    const { directory, logger } = this.#options;
    this.#claims += 1;
    if (this.#claims > RELAY_CLAIMS_PER_SOCKET) return 'too_many';
    if (!this.#owned.has(claim.sessionId) && this.#owned.size >= RELAY_SESSIONS_PER_SOCKET) return 'too_many';
    if (!isProven(claim, relayName, this.#challenge)) return 'bad_proof';
    const outcome = directory.claim(this, claim.sessionId, claim.tokenHashes);
    if (outcome !== 'claimed' && outcome !== 'taken_over') return outcome;
    this.#owned.add(claim.sessionId);
    const how = outcome === 'claimed' ? 'Session claimed' : 'Session taken over by a new socket of its owner';
    logger.info({ session: shortId(claim.sessionId) }, how);
    return null;
  }

  #send(message: RelayToDaemon): void {
    const { ws } = this.#socket;
    if (ws.readyState !== ws.OPEN) return;
    ws.send(JSON.stringify(message));
    // A daemon that does not read what it is told is of no use to its clients.
    if (ws.bufferedAmount > 4 * RELAY_CONTROL_BYTES) ws.terminate();
  }

  #withinRate(): boolean {
    const now = this.#options.clock.now();
    if (now - this.#messages.since >= MINUTE_MS) this.#messages = { count: 0, since: now };
    this.#messages.count += 1;
    return this.#messages.count <= RELAY_CONTROL_MESSAGES_PER_MINUTE;
  }
}

/** Enough to tell sessions apart in a log, too little to join one. */
function shortId(sessionId: string): string {
  return sessionId.slice(0, 6);
}
