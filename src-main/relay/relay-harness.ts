import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { RawData } from 'ws';
import { fromBase64url, toBase64url } from '../../src-shared/bytes.ts';
import { RELAY_PATHS, RelayToDaemon } from '../../src-shared/relay/envelopes.ts';
import { claimMessage, sessionIdOf, tokenHash } from '../../src-shared/relay/session-id.ts';
import { generateSigningKeyPair, signMessage } from '../platform/ed25519.ts';
import { collectingLogger } from '../platform/logger.ts';
import { createRelay } from './create-relay.ts';
import type { RelayOptions } from './create-relay.ts';

/** For tests: real sockets that speak the relay protocol by hand, well or badly. */

const sha256 = (...parts: readonly Uint8Array[]): Uint8Array => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
};

export async function startRelay(options: Partial<RelayOptions> = {}) {
  const logger = collectingLogger();
  const relay = createRelay({ listen: ['127.0.0.1:0'], names: [], logger, ...options });
  const endpoint = (await relay.start()).listen[0] ?? '';
  return { relay, endpoint, lines: logger.lines, stop: () => relay.stop() };
}

/** A WebSocket whose messages are kept until asked for. */
export class TestSocket {
  readonly ws: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #messages: { text: string | null; data: Buffer }[] = [];
  #wake: () => void = () => {};
  #over = false;

  constructor(endpoint: string, path: keyof typeof RELAY_PATHS, headers: Record<string, string> = {}) {
    this.ws = new WebSocket(`ws://${endpoint}${RELAY_PATHS[path]}`, { perMessageDeflate: false, headers });
    this.ws.on('error', () => {});
    this.ws.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      this.#messages.push({ text: isBinary ? null : bytes.toString(), data: bytes });
      this.#wake();
    });
    this.closed = new Promise((resolve) =>
      this.ws.once('close', (code, reason) => {
        this.#over = true;
        this.#wake();
        resolve({ code, reason: reason.toString() });
      }),
    );
  }

  async open(): Promise<this> {
    if (this.ws.readyState === WebSocket.CONNECTING) await once(this.ws, 'open');
    return this;
  }

  sendJson(message: unknown): void {
    this.ws.send(JSON.stringify(message));
  }

  async #next(): Promise<{ text: string | null; data: Buffer }> {
    for (;;) {
      const message = this.#messages.shift();
      if (message) return message;
      if (this.#over) throw new Error('the socket closed before the next message');
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  async nextJson(): Promise<RelayToDaemon> {
    return RelayToDaemon.parse(JSON.parse((await this.#next()).text ?? 'null'));
  }

  async nextOf<T extends RelayToDaemon['t']>(t: T): Promise<Extract<RelayToDaemon, { t: T }>> {
    const message = await this.nextJson();
    if (message.t !== t) throw new Error(`expected ${t}, got ${message.t}`);
    return message as Extract<RelayToDaemon, { t: T }>;
  }

  async nextFrame(): Promise<Buffer> {
    return (await this.#next()).data;
  }
}

interface TestSession {
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
  readonly sessionId: string;
  /** 32 bytes as base64url, as a client shows it. */
  readonly tokens: string[];
}

export function newSession(tokenCount = 1): TestSession {
  const keys = generateSigningKeyPair();
  const tokens = Array.from({ length: tokenCount }, () => toBase64url(randomBytes(32)));
  return { ...keys, sessionId: sessionIdOf(keys.publicKey, sha256), tokens };
}

export function hashesOf(session: TestSession): string[] {
  return session.tokens.map((token) => tokenHash(fromBase64url(token), sha256));
}

/** A claim with every field as it must be, unless changed. */
export function claimOf(
  session: TestSession,
  relayName: string,
  challenge: string,
  change: { sessionId?: string; publicKey?: Uint8Array; secretKey?: Uint8Array; tokenHashes?: string[] } = {},
) {
  const { sessionId = session.sessionId, publicKey = session.publicKey, tokenHashes = hashesOf(session) } = change;
  const content = { relayName, challenge: fromBase64url(challenge), sessionId, tokenHashes };
  const signature = toBase64url(signMessage(change.secretKey ?? session.secretKey, claimMessage(content, sha256)));
  return { sessionId, publicKey: toBase64url(publicKey), tokenHashes, signature };
}

/** A daemon's control socket that has claimed `session`. */
export async function claimed(endpoint: string, session: TestSession): Promise<TestSocket> {
  const control = await new TestSocket(endpoint, 'daemon').open();
  const { challenge } = await control.nextOf('challenge');
  control.sendJson({ t: 'claim', version: 1, relayName: endpoint, claims: [claimOf(session, endpoint, challenge)] });
  await control.nextOf('claimed');
  return control;
}

export async function join(endpoint: string, session: TestSession, token = session.tokens[0]): Promise<TestSocket> {
  const client = await new TestSocket(endpoint, 'client').open();
  client.sendJson({ t: 'join', version: 1, sessionId: session.sessionId, token });
  return client;
}

export async function openData(endpoint: string, ticket: string): Promise<TestSocket> {
  const data = await new TestSocket(endpoint, 'data').open();
  data.sendJson({ t: 'open', version: 1, ticket });
  return data;
}

/** A joined pipe, admitted unless told otherwise. */
export async function joined(endpoint: string, session: TestSession, control: TestSocket, admit = true) {
  const client = await join(endpoint, session);
  const waiting = await control.nextOf('waiting');
  const data = await openData(endpoint, waiting.ticket);
  data.ws.send(Buffer.from('hello'));
  await client.nextFrame();
  if (admit) control.sendJson({ t: 'admit', pipe: waiting.pipe });
  return { client, data, waiting };
}
