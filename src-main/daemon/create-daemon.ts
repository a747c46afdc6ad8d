import { homedir } from 'node:os';
import type { RelayPipe } from './relay-link/relay-link.ts';
import { systemClock } from '../../src-shared/clock.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import { deferred } from '../../src-shared/deferred.ts';
import { sessionIdOf } from '../../src-shared/relay/session-id.ts';
import { readPrivateFile, writeFileAtomic, FileError } from '../platform/atomic-file.ts';
import { generateSigningKeyPair, signMessage, type SigningKeyPair } from '../platform/ed25519.ts';
import { createNodeProvider } from '../platform/node-crypto.ts';
import { AgentFiles } from './agents/agent-files.ts';
import { AgentSupervisor } from './agents/agent-supervisor.ts';
import { FileCompletion } from './agents/prompts/file-completion.ts';
import { UploadStore } from './agents/prompts/upload-store.ts';
import { ConfigStore } from './config/config-store.ts';
import type { AgentsAtStop, Daemon, DaemonOptions } from './daemon.ts';
import { ChannelAcceptor } from './devices/channel-acceptor.ts';
import { DeviceRegistry } from './devices/device-registry.ts';
import { OfferBook } from './devices/offer-book.ts';
import { Pairing } from './devices/pairing.ts';
import { lockHome } from './home/home-lock.ts';
import { loadIdentity } from './home/identity.ts';
import { openHome, type PaseoHome } from './home/paseo-home.ts';
import { Listeners } from './listeners.ts';
import { openDaemonLog } from './log/daemon-log.ts';
import { CurrentRoutes } from './routes/current-routes.ts';
import { networkAddresses } from './routes/local-addresses.ts';
import { RelayLinks } from './routes/relay-links.ts';
import { RouteBook } from './routes/route-book.ts';
import { CommandLedger } from './sessions/command-ledger.ts';
import { SessionHub } from './sessions/session-hub.ts';
import { StatusBoard } from './status-board.ts';
import { Unwind } from './unwind.ts';

/**
 * Opens the home, takes its lock and listens; resolves with the running daemon. Throws a `CodedError` that names the fix, and
 * leaves nothing behind then.
 */
export async function createDaemon(options: DaemonOptions): Promise<Daemon> {
  const unwind = new Unwind();
  try {
    return await wire(options, unwind);
  } catch (error) {
    await unwind.run().catch(() => undefined);
    throw error;
  }
}

async function wire(options: DaemonOptions, unwind: Unwind): Promise<Daemon> {
  const startedAt = new Date().toISOString();
  const provider = createNodeProvider();
  const home = await openHome(options.home);
  const homeSocket = home.file('daemon.sock');
  const lock = await lockHome(home, { kind: options.kind, socket: homeSocket });
  unwind.add(() => lock.release());
  const log = openDaemonLog({ path: home.file('daemon.log'), level: 'info', stderr: options.logToStderr });
  unwind.add(() => log.close());
  const logger = log.logger;

  const identity = await loadIdentity(home, provider);
  const store = await ConfigStore.open({ home, env: options.env, flags: options.flags, logger });
  const { config } = store;
  log.setLevel(config.get().logLevel);
  const daemonName = () => config.get().name;
  const registry = await DeviceRegistry.open(home, { provider, logger });
  unwind.add(() => registry.stop());
  const book = await RouteBook.open(routeFile(home));
  unwind.add(() =>
    book.saved().catch((error: unknown) => logger.warn({ err: error }, 'the routes could not be saved')),
  );
  const ledger = await CommandLedger.open(home.file('commands.jsonl'), { logger });
  unwind.add(() => ledger.close());
  const uploads = await UploadStore.open({
    folder: home.file('uploads'),
    clock: systemClock,
    date: () => new Date(),
    logger,
  });
  unwind.add(() => uploads.stop());
  const completion = new FileCompletion(systemClock);
  unwind.add(() => completion.stop());
  const agents = new AgentSupervisor({
    folder: await home.dir('agents'),
    socketFolder: home.file('run'),
    uploads,
    runtime: options.runtime,
    providers: () => config.get().providers,
    maxRunning: () => config.get().maxRunningAgents,
    environment: options.env,
    loginShell: options.loginShell,
    userHome: homedir(),
    appVersion: options.version,
    logger,
  });
  let working: AgentsAtStop = null;
  unwind.add(() => agents.stop(working ?? (config.get().keepAgentsRunning ? 'keep' : 'stop')));
  await agents.start();

  const pairingSession = generateSigningKeyPair();
  const sessions = {
    pairing: sessionIdOf(pairingSession.publicKey, provider.sha256),
    device: sessionIdOf(identity.deviceSession.publicKey, provider.sha256),
  };
  const offers = new OfferBook({ provider });
  unwind.add(() => offers.stop());
  const pairing = new Pairing({
    offers,
    daemonKey: identity.staticKeyPair.publicKey,
    daemonName,
    alwaysAttended: options.attended,
    linkBase: () => routes.linkBase(),
    offerRoutes: () => {
      // The machine may be on another network than when it began to listen.
      routes.refresh(target);
      return routes.forOffer();
    },
  });

  const stopRequested = deferred<AgentsAtStop>();
  const hub = new SessionHub({
    services: {
      agents,
      files: new AgentFiles({ uploads, completion, attachments: (agentId) => agents.attachments(agentId) }),
      devices: registry,
      pairing,
      daemon: { status: lazily(() => board.status), stopDaemon: (said) => stopRequested.resolve(said) },
    },
    ledger,
    daemonName,
    version: options.version,
    routesFor: (deviceId) => deviceRoutes(deviceId),
    logger,
  });
  unwind.add(() => hub.stop());
  const acceptor = new ChannelAcceptor({
    staticKeyPair: identity.staticKeyPair,
    registry,
    pairing,
    sessionPurpose: (id) => (id === sessions.pairing ? 'pair' : id === sessions.device ? 'device' : null),
    daemonName,
    routesFor: (device) => routes.forDevice(device.token),
    onSession: (client) => hub.accept(client),
    provider,
    logger,
  });
  unwind.add(() => acceptor.stop());

  const listeners = new Listeners({
    homeSocket,
    config,
    // A person who just typed an address is told at once that it is not there; one in the configuration may come later.
    waitForAddresses: options.flags.listen === undefined,
    webRoot: options.webRoot,
    onSocket: (socket, { source }) => acceptor.accept(socket, { transport: 'direct', source }),
    onLocal: (connection) => hub.acceptLocal(connection),
    logger,
  });
  unwind.add(() => listeners.stop());
  const routes = new CurrentRoutes({
    book,
    config,
    listeners: listeners.state,
    sessions,
    localAddresses: networkAddresses,
  });
  let target = book.routes.get().current;
  const links = new RelayLinks({
    config,
    routes: book.routes,
    claims: [
      claim(pairingSession, sessions.pairing, () => offers.tokenHashes()),
      claim(identity.deviceSession, sessions.device, () => registry.tokenHashes()),
    ],
    embeddedRelay: (port) => options.embeddedRelay(port, logger),
    onTarget: (next) => routes.refresh((target = next)),
    onPipe: ({ socket, sessionId, tokenHash, admit }: RelayPipe) =>
      acceptor.accept(socket, { transport: 'relay', sessionId, tokenHash, admit }),
    logger,
  });

  const board = new StatusBoard(
    { version: options.version, pid: process.pid, home: home.path, startedAt },
    () => ({
      name: daemonName(),
      listeners: [...listeners.state.get()],
      relay: links.state.get(),
      warnings: [...store.warnings.get(), ...listeners.warnings.get(), ...[registry.notSaved.get() ?? []].flat()],
    }),
    [config, listeners.state, listeners.warnings, links.state, store.warnings, registry.notSaved],
  );
  unwind.add(() => board.stop());
  const deviceRoutes = (deviceId: string) => {
    routes.refresh(target);
    const view = (current = book.routes.get()) => routes.forDevice(registry.get(deviceId)?.token ?? '', current);
    return mapped(book.routes, view);
  };

  await listeners.start();
  listeners.state.subscribe(() => routes.refresh(target));
  routes.refresh(target);
  offers.tokens.subscribe(() => links.updateTokens());
  registry.tokens.subscribe(() => links.updateTokens());
  unwind.add(() => links.stop());
  await links.start();
  let listen = config.get().listen;
  config.subscribe((next) => {
    log.setLevel(next.logLevel);
    if (next.listen.join() === listen.join()) return;
    listen = next.listen;
    void listeners.follow(next.listen);
  });
  store.start();
  unwind.add(() => store.stop());
  const agentList = new Watched<AgentSummary[]>(agents.list());
  unwind.add(agents.onChange(() => agentList.set(agents.list())));
  // First of all when stopping: clients are told that the daemon goes, before their sockets end.
  unwind.add(() => hub.stop());
  logger.info({ version: options.version, kind: options.kind }, 'daemon ready');

  return {
    stop: (stopping) => {
      working ??= stopping?.agents ?? null;
      return unwind.run();
    },
    stopRequested: stopRequested.promise,
    status: board.status,
    settings: store.settings,
    changeSettings: (patch) =>
      store.change(patch, async (next) => {
        // Addresses that are in the file and cannot be had must not keep every other setting from being changed.
        if (patch.listen === undefined && next.listen.join() === listen.join()) return;
        await listeners.update(next.listen);
        listen = next.listen;
      }),
    devices: registry.changes,
    revokeDevice: (id) => registry.revoke(id),
    pairing: pairing.state,
    createOffer: (attended) => pairing.offer({ attended }),
    cancelOffer: (offerId) => pairing.cancel(offerId),
    confirmPairing: (answer) => pairing.confirm(answer),
    agents: agentList,
    answerPermission: (agentId, requestId, optionId) =>
      agents.answerPermission(agentId, requestId, optionId, { deviceId: null, name: 'This computer' }),
    acceptLocal: (connection) => hub.acceptLocal(connection),
    retryRelay: () => links.retryNow(),
  };
}

function claim(owner: SigningKeyPair, sessionId: string, tokenHashes: () => string[]) {
  const sign = (data: Uint8Array) => signMessage(owner.secretKey, data);
  return { sessionId, publicKey: owner.publicKey, sign, tokenHashes };
}

function routeFile(home: PaseoHome) {
  const path = home.file('routes.json');
  return {
    read: async () => {
      try {
        return await readPrivateFile(path);
      } catch (error) {
        if (error instanceof FileError && error.code === 'missing') return null;
        throw error;
      }
    },
    write: (text: string) => writeFileAtomic(path, text, { mode: 0o600 }),
  };
}

/** A watchable that exists later than whoever asks for it. */
function lazily<T>(source: () => Watchable<T>): Watchable<T> {
  return { get: () => source().get(), subscribe: (listener) => source().subscribe(listener) };
}

function mapped<A, B>(source: Watchable<A>, map: (value: A) => B): Watchable<B> {
  return { get: () => map(source.get()), subscribe: (listener) => source.subscribe((value) => listener(map(value))) };
}
