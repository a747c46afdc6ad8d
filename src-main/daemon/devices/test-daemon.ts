import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBase64url } from '../../../src-shared/bytes.ts';
import type { FrameSocket } from '../../../src-shared/channel/frame-socket.ts';
import type { InitiatorResult } from '../../../src-shared/channel/handshake.ts';
import { initiateHandshake } from '../../../src-shared/channel/initiator-handshake.ts';
import { memorySocketPair } from '../../../src-shared/channel/memory-frame-socket.ts';
import type { HandshakeMode } from '../../../src-shared/channel/prologue.ts';
import type { SecureChannel } from '../../../src-shared/channel/secure-channel.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { KeyPair } from '../../../src-shared/crypto/crypto-provider.ts';
import { offerId, offerPsk } from '../../../src-shared/crypto/derive.ts';
import { PairingAccepted, PairingMessage } from '../../../src-shared/devices.ts';
import type { ClientHello } from '../../../src-shared/devices.ts';
import { parseOfferLink } from '../../../src-shared/offer.ts';
import type { DirectRoute } from '../../../src-shared/routes.ts';
import { collectingLogger } from '../../platform/logger.ts';
import { createNodeProvider } from '../../platform/node-crypto.ts';
import type { AcceptedClient } from './accepted-client.ts';
import { ChannelAcceptor } from './channel-acceptor.ts';
import type { SocketOrigin } from './channel-acceptor.ts';
import { DeviceRegistry } from './device-registry.ts';
import type { WriteFile } from './device-store.ts';
import { OfferBook } from './offer-book.ts';
import { Pairing } from './pairing.ts';

export const provider = createNodeProvider();

export interface TestDaemonOptions {
  readonly home?: string;
  readonly attended?: boolean;
  readonly clock?: Clock;
  readonly wallNow?: () => number;
  readonly writeFile?: WriteFile;
  readonly staticKeyPair?: KeyPair;
  /** Direct addresses in offers. */
  readonly direct?: DirectRoute[];
  readonly sessionPurpose?: (sessionId: string) => HandshakeMode | null;
}

/** For tests: everything of the daemon that stands between a socket and a session. Every accepted client is in `sessions`. */
export async function testDaemon(options: TestDaemonOptions = {}) {
  const home = options.home ?? (await temporaryHome());
  const logger = collectingLogger();
  const staticKeyPair = options.staticKeyPair ?? provider.generateKeyPair();
  const { clock, wallNow, writeFile } = options;
  const time = { ...(clock ? { clock } : {}), ...(wallNow ? { wallNow } : {}) };
  const registry = await DeviceRegistry.open(
    { path: home },
    { provider, logger, ...time, ...(writeFile && { writeFile }) },
  );
  const offers = new OfferBook({ provider, ...time });
  const pairing = new Pairing({
    offers,
    daemonKey: staticKeyPair.publicKey,
    daemonName: () => 'Workbench',
    alwaysAttended: options.attended ?? false,
    linkBase: () => ({ base: 'http://127.0.0.1:6767', reach: 'this-machine', advice: [] }),
    offerRoutes: () => ({ relays: [], direct: options.direct ?? [{ address: '127.0.0.1:6767', tls: false }] }),
    ...time,
  });
  const sessions: AcceptedClient[] = [];
  const acceptor = new ChannelAcceptor({
    staticKeyPair,
    registry,
    pairing,
    provider,
    logger,
    sessionPurpose: options.sessionPurpose ?? (() => null),
    daemonName: () => 'Workbench',
    routesFor: () => ({ version: 1, relays: [], direct: [{ address: '127.0.0.1:6767', tls: false }] }),
    onSession: (client) => sessions.push(client),
    ...(clock ? { clock } : {}),
  });
  const stop = async (): Promise<void> => {
    await acceptor.stop();
    await Promise.all(sessions.map(({ connection }) => connection.close('going-away')));
    offers.stop();
    await registry.stop();
  };
  const publicKey = staticKeyPair.publicKey;
  return { home, logger, staticKeyPair, publicKey, registry, offers, pairing, acceptor, sessions, stop };
}

export type TestDaemon = Awaited<ReturnType<typeof testDaemon>>;

const homes: string[] = [];

export async function temporaryHome(): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'paseo-devices-'));
  await chmod(home, 0o700);
  homes.push(home);
  return home;
}

export async function removeTemporaryHomes(): Promise<void> {
  await Promise.all(homes.splice(0).map((home) => rm(home, { recursive: true })));
}

export function testHello(fields: Partial<ClientHello> = {}): ClientHello {
  return {
    protocol: 1,
    clientKind: 'phone',
    clientInstance: '0123456789abcdef0123456789abcdef',
    appVersion: '1.0.0',
    deviceName: 'Pixel',
    platform: 'Android',
    capabilities: [],
    ...fields,
  };
}

/** The client's end of a connection, either handed over in memory to the daemon or dialled by the test. */
export type Dial = (daemon: TestDaemon) => FrameSocket;

export const inMemory =
  (from: SocketOrigin = { transport: 'direct', source: '192.0.2.1' }): Dial =>
  (daemon) => {
    const [ours, theirs] = memorySocketPair();
    daemon.acceptor.accept(theirs, from);
    return ours;
  };

export interface TestPhone {
  readonly keys: KeyPair;
  readonly psk: Uint8Array;
  readonly deviceId: string;
}

export interface KnockOptions {
  readonly keys?: KeyPair;
  readonly psk?: Uint8Array;
  readonly hello?: string;
  readonly dial?: Dial;
  readonly sessionId?: Uint8Array;
}

/** Handshake of a device in mode `device`. */
export function reconnect(daemon: TestDaemon, phone: Pick<TestPhone, 'keys' | 'psk'>, options: KnockOptions = {}) {
  return initiateHandshake({
    provider,
    socket: (options.dial ?? inMemory())(daemon),
    mode: 'device',
    transport: options.sessionId ? 'relay' : 'direct',
    sessionId: options.sessionId ?? new Uint8Array(0),
    deviceStatic: phone.keys,
    daemonPublicKey: daemon.publicKey,
    psk: phone.psk,
    hello: options.hello ?? JSON.stringify(testHello()),
  });
}

/** Handshake with an offer, given by its link. */
export function knock(daemon: TestDaemon, url: string, options: KnockOptions = {}): Promise<InitiatorResult> {
  const secret = fromBase64url(parseOfferLink(url, 0).secret);
  return initiateHandshake({
    provider,
    socket: (options.dial ?? inMemory())(daemon),
    mode: 'pair',
    transport: options.sessionId ? 'relay' : 'direct',
    sessionId: options.sessionId ?? new Uint8Array(0),
    deviceStatic: options.keys ?? provider.generateKeyPair(),
    daemonPublicKey: daemon.publicKey,
    psk: options.psk ?? offerPsk(provider, secret),
    offerId: offerId(provider, secret),
    hello: options.hello ?? JSON.stringify(testHello()),
  });
}

/** Messages of a channel, one at a time, in order. */
export function reader(channel: SecureChannel): () => Promise<PairingMessage> {
  const arrived: PairingMessage[] = [];
  const waiting: ((message: PairingMessage) => void)[] = [];
  channel.attach({
    message: (text) => {
      const message = PairingMessage.parse(JSON.parse(text));
      const next = waiting.shift();
      if (next) next(message);
      else arrived.push(message);
    },
  });
  return () => {
    const message = arrived.shift();
    return message ? Promise.resolve(message) : new Promise((resolve) => waiting.push(resolve));
  };
}

/** A whole unattended pairing. The connection stays open when `keepOpen`. */
export async function pairPhone(daemon: TestDaemon, options: KnockOptions = {}): Promise<TestPhone> {
  const { channel, ...phone } = await pairAndStay(daemon, options);
  await channel.close('fin');
  return phone;
}

export async function pairAndStay(daemon: TestDaemon, options: KnockOptions = {}) {
  const keys = options.keys ?? provider.generateKeyPair();
  const { url } = daemon.pairing.offer({ attended: false });
  const { channel } = await knock(daemon, url, { ...options, keys });
  const accepted = PairingAccepted.parse(await reader(channel)());
  const sessions = daemon.sessions.length;
  channel.send(JSON.stringify({ t: 'paired-ack' }));
  await until(() => daemon.sessions.length > sessions);
  return { keys, channel, psk: fromBase64url(accepted.devicePsk), deviceId: accepted.deviceId };
}

/** Waits for something that happens without an event to wait for; fails with the test's own time-out. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
