import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import type { WebSocket } from 'ws';
import { fromBase64url } from '../../../src-shared/bytes.ts';
import { tokenHash } from '../../../src-shared/relay/session-id.ts';
import type { RelayLinkState } from '../../../src-shared/wire/status.ts';
import { signMessage } from '../../platform/ed25519.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { createNodeProvider } from '../../platform/node-crypto.ts';
import { RelayLink } from './relay-link.ts';
import type { RelayLinkOptions, RelayPipe, RelaySessionClaim } from './relay-link.ts';

/** For tests: links, and stand-ins for a relay. */

interface SessionKeys {
  readonly sessionId: string;
  readonly publicKey: Uint8Array;
  readonly secretKey: Uint8Array;
  /** May change while a link runs. */
  readonly tokens: readonly string[];
}

function claimFor(session: SessionKeys): RelaySessionClaim {
  const { sha256 } = createNodeProvider();
  return {
    sessionId: session.sessionId,
    publicKey: session.publicKey,
    sign: (data) => signMessage(session.secretKey, data),
    tokenHashes: () => session.tokens.map((token) => tokenHash(fromBase64url(token), sha256)),
  };
}

/** A link that is not started; its back-off is always the shortest. */
export function newLink(endpoint: string, sessions: readonly SessionKeys[], options: Partial<RelayLinkOptions> = {}) {
  const logger = collectingLogger();
  const pipes: RelayPipe[] = [];
  const link = new RelayLink({
    endpoint,
    tls: false,
    claims: sessions.map(claimFor),
    onPipe: (pipe) => pipes.push(pipe),
    logger,
    random: () => 0,
    ...options,
  });
  return { link, pipes, lines: logger.lines };
}

/** Resolves when the link is in this state, at once if it is already. */
export async function reached<S extends RelayLinkState['state']>(link: RelayLink, state: S) {
  type Reached = Extract<RelayLinkState, { state: S }>;
  const now = link.state.get();
  if (now.state === state) return now as Reached;
  return new Promise<Reached>((resolve) => {
    const end = link.state.subscribe((next) => {
      if (next.state !== state) return;
      end();
      resolve(next as Reached);
    });
  });
}

/** Something that takes WebSockets as a relay would; `serve` hears of each. */
export async function impostor(serve: (ws: WebSocket) => void) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', serve);
  const stop = async (): Promise<void> => {
    for (const ws of server.clients) ws.terminate();
    server.close();
    await once(server, 'close');
  };
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, stop, server };
}
