import { join } from 'node:path';
import { app, clipboard, ipcMain, powerMonitor } from 'electron';
import { createDaemon } from '../daemon/create-daemon.ts';
import { homePath } from '../platform/home-path.ts';
import { lastingRuntime } from '../platform/lasting-runtime.ts';
import { runtimePaths } from '../platform/runtime-paths.ts';
import { Unwind } from '../daemon/unwind.ts';
import { createRelay } from '../relay/create-relay.ts';
import { Actions } from './actions.ts';
import { alreadyRunning } from './already-running.ts';
import { isOnlyInstance } from './app-instance.ts';
import { setAppMenu } from './app-menu.ts';
import { AppTray } from './app-tray.ts';
import { AppWindows } from './app-windows.ts';
import { askAboutAgents } from './ask-about-agents.ts';
import { DaemonHost } from './daemon-host.ts';
import { DesktopProbe } from './desktop-probe.ts';
import { ipcHandlers } from './ipc-handlers.ts';
import { serveIpc } from './ipc-server.ts';
import { LastWindow } from './last-window.ts';
import { OfferClipboard } from './offer-clipboard.ts';
import { type AgentsAtQuit, quitCleanly } from './quitting.ts';
import { showError } from './show-error.ts';
import { ShownOffers } from './shown-offers.ts';
import { StartupTrace } from './startup-trace.ts';
import { openUiSession, registerUiScheme } from './ui-session.ts';
import { weakeningSwitches } from './weakening-switches.ts';
import { guardWebContents } from './web-contents-guard.ts';
import { tellWindows } from './window-events.ts';

const home = homePath(process.env);
const dist = join(app.getAppPath(), 'dist');
const refused = app.isPackaged ? weakeningSwitches(process.argv.slice(1)) : [];

if (refused.length > 0) {
  process.stderr.write(`Paseo does not start with ${refused.join(', ')}: that would open its windows to others.\n`);
  app.exit(2);
} else if (isOnlyInstance(home)) run();
else
  void alreadyRunning(home).then((words) => {
    process.stderr.write(words);
    app.exit(0);
  });

/** The daemon starts at once and beside Electron; tray and windows follow when Electron is ready. Nothing here may await `ready`. */
function run(): void {
  const trace = new StartupTrace(process.env);
  const running = new Unwind();
  let quitting: AgentsAtQuit | undefined;
  guardWebContents();
  registerUiScheme();

  const probe = new DesktopProbe();
  const host = new DaemonHost({
    version: app.getVersion(),
    notices: probe.notices,
    start: async () =>
      createDaemon({
        home,
        env: process.env,
        flags: {},
        kind: 'tray',
        attended: true,
        webRoot: join(dist, 'phone'),
        version: app.getVersion(),
        logToStderr: false,
        runtime: await lastingRuntime(
          runtimePaths({
            dist,
            resources: app.isPackaged ? process.resourcesPath : null,
            env: process.env,
            node: null,
          }),
          process.env,
        ),
        // A desktop starts us with hardly a PATH; agents are where the person's shell finds them.
        loginShell: true,
        embeddedRelay: (port, logger) => createRelay({ listen: [`127.0.0.1:${port}`], names: [], logger }),
      }),
  });
  running.add(() => host.stop(quitting ?? null));
  const { quit, fail } = quitCleanly({
    app,
    ask: () => askAboutAgents(host),
    stop: (agents) => {
      quitting = agents;
      return running.run();
    },
    exitCode: () => (host.state.get().error === null ? 0 : 1),
  });
  void host.start().then(() => {
    const { error } = host.state.get();
    if (error !== null) process.stderr.write(`error[${error.code}]: ${error.message}\n`);
    else trace.reach('listening');
    void host.daemon?.stopRequested.then((agents) => quit(agents));
  });
  const looked = probe.look();

  const show = async (): Promise<void> => {
    // Asked to quit before Electron was ready: what is made now, nobody would stop.
    if (quitting !== undefined) return;
    trace.reach('ready');
    setAppMenu();
    const offers = new ShownOffers();
    const offerClipboard = new OfferClipboard(clipboard);
    running.add(() => offerClipboard.clear());
    const lastWindow = new LastWindow({ host, probe, quit: () => app.quit() });
    const windows = new AppWindows({
      session: openUiSession(join(dist, 'desktop')),
      programFolder: join(dist, 'main'),
      devTools: !app.isPackaged,
      onClosed: (name, last) => {
        if (name === 'pairing') {
          if (host.daemon !== null) offers.cancelAll(host.daemon);
          offerClipboard.clear().catch(() => undefined);
        }
        if (last) void lastWindow.closed();
      },
    });
    running.add(() => windows.closeAll());
    running.add(tellWindows(host, windows));
    const handlers = ipcHandlers({ host, windows, offers, clipboard: offerClipboard });
    running.add(serveIpc(ipcMain, handlers, (contents) => windows.owns(contents)));
    const actions = new Actions({ host, probe, windows, quit: () => app.quit(), showError });
    running.add(actions.answerTheDoor());
    const tray = new AppTray({ host, perform: (action) => actions.perform(action) });
    running.add(() => tray.stop());
    tray.start();
    trace.reach('tray');

    powerMonitor.on('shutdown', () => quit(null));
    app.on('window-all-closed', () => undefined);
    app.on('second-instance', () => void actions.open('agents'));
    app.on('activate', () => void actions.open('agents'));
    app.on('browser-window-created', () => void probe.look().then((appeared) => appeared && tray.recreate()));
    await looked;
    await actions.openAtStart();
  };
  app.whenReady().then(show).catch(fail);
}
