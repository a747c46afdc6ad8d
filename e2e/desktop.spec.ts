import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { type ElectronApplication, expect, test } from '@playwright/test';
import { createDaemon } from '../src-main/daemon/create-daemon.ts';
import { createRelay } from '../src-main/relay/create-relay.ts';
import { testFolder, writeConfig } from './support/daemon-home.ts';
import { appHome, exitOf, freePort, launchApp, shownWindow, startAgain } from './support/desktop-app.ts';
import { Desktop } from './support/desktop-panel.ts';
import { builtRuntime } from './support/built-runtime.ts';
import { screenshot } from './support/screenshot.ts';

const run = promisify(execFile);
const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

async function newFolder(): Promise<string> {
  const folder = await testFolder();
  cleanUp.push(() => folder.remove());
  return join(folder.home, '..');
}

async function desktop(options: { tray: boolean }): Promise<Desktop> {
  const started = await Desktop.start(options);
  cleanUp.push(() => started.stop());
  return started;
}

async function start(folder: string, port: number): Promise<ElectronApplication> {
  if (!existsSync(appHome(folder)))
    await writeConfig(appHome(folder), { daemon: { listen: `127.0.0.1:${port}`, relay: { embeddedPort: 0 } } });
  const app = await launchApp(folder);
  cleanUp.push(() => app.close().catch(() => undefined));
  return app;
}

async function healthy(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/health`)).ok;
  } catch {
    return false;
  }
}

test('lives in the tray: windows come and go, the daemon stays, and quitting leaves nothing', async () => {
  const panel = await desktop({ tray: true });
  const folder = await newFolder();
  const port = await freePort();
  const app = await start(folder, port);
  const pid = app.process().pid!;

  const agents = await shownWindow(app, 'agents');
  expect(await healthy(port)).toBe(true);
  await expect(agents.getByRole('button', { name: 'Pair phone' })).toBeVisible();
  expect(await agents.evaluate(() => [innerWidth, innerHeight])).toEqual([960, 640]);
  await expect(agents.getByText('no tray icons')).toHaveCount(0);
  await screenshot(agents, 'desktop-agents');

  await test.step('the settings and pairing windows show within a second of the click', async () => {
    for (const [button, name] of [
      ['Settings', 'settings'],
      ['Pair phone', 'pairing'],
    ] as const) {
      const clicked = performance.now();
      await agents.getByRole('button', { name: button }).first().click();
      const page = await shownWindow(app, name);
      expect(performance.now() - clicked).toBeLessThan(1000);
      await expect(page.getByRole('heading').first()).toBeVisible();
      await screenshot(page, `desktop-${name}`);
      await page.emulateMedia({ colorScheme: 'dark' });
      await screenshot(page, `desktop-${name}-dark`);
      await page.emulateMedia({ colorScheme: null });
    }
    await panel.screenshot('desktop-screen');
  });

  await test.step('closing every window keeps the tray and the daemon', async () => {
    for (const page of app.windows()) await page.close();
    expect(await panel.icon()).not.toBeNull();
    expect(await healthy(port)).toBe(true);
  });

  await test.step('a left click on the icon opens the agents window', async () => {
    await panel.clickIcon('left');
    await (await shownWindow(app, 'agents')).close();
  });

  await test.step('"Pair phone" in the menu opens the pairing window', async () => {
    await panel.choose(1);
    await (await shownWindow(app, 'pairing')).close();
  });

  await test.step('the relay switch in the menu turns the relay off', async () => {
    await panel.choose(3);
    const settings = await openSettings(panel, app);
    await settings.getByRole('button', { name: 'Relay' }).click();
    await expect(settings.getByRole('switch', { name: /relay/i })).not.toBeChecked();
    await settings.close();
  });

  await test.step('a second start ends at once and opens the agents window of the first, whatever its flags', async () => {
    const again = await startAgain(folder);
    expect(again.code).toBe(0);
    expect(again.output).toContain(`Paseo already runs with ${appHome(folder)} (process ${pid}, since `);
    await shownWindow(app, 'agents');
    expect(app.windows()).toHaveLength(1);
  });

  await test.step('"Quit Paseo" stops the daemon and ends every process', async () => {
    const exit = exitOf(app);
    await panel.choose(6);
    expect(await exit).toBe(0);
    expect(await healthy(port)).toBe(false);
    expect(existsSync(join(appHome(folder), 'daemon.sock'))).toBe(false);
    expect(existsSync(join(appHome(folder), 'daemon.lock'))).toBe(false);
    await expect.poll(() => existsSync(`/proc/${pid}`)).toBe(false);
    await expect.poll(() => panel.icon()).toBeNull();
  });
});

async function openSettings(panel: Desktop, app: ElectronApplication) {
  await panel.choose(5);
  return shownWindow(app, 'settings');
}

test('changed settings apply at once, and one that cannot be says why and changes nothing', async () => {
  const folder = await newFolder();
  const [port, next] = [await freePort(), await freePort()];
  const app = await start(folder, port);
  const agents = await shownWindow(app, 'agents');
  await agents.getByRole('button', { name: 'Settings' }).click();
  const settings = await shownWindow(app, 'settings');
  await settings.getByRole('button', { name: 'Network' }).click();
  const listen = settings.getByLabel('Listen address');

  await listen.fill(`127.0.0.1:${next}`);
  await listen.blur();
  await expect.poll(() => healthy(next)).toBe(true);
  await expect.poll(() => healthy(port)).toBe(false);

  await listen.fill('203.0.113.7:6767');
  await listen.blur();
  await expect(settings.getByText(/does not have the address/)).toBeVisible();
  expect(await healthy(next)).toBe(true);
  await screenshot(settings, 'desktop-settings-error');
});

test('without a tray it says so, and closing the last window asks whether to go on', async () => {
  await desktop({ tray: false });
  const app = await start(await newFolder(), await freePort());
  const agents = await shownWindow(app, 'agents');
  await expect(agents.getByText('This desktop shows no tray icons')).toBeVisible();
  await screenshot(agents, 'desktop-no-tray');
  await app.evaluate(({ dialog }) => {
    const question = { asked: 0 };
    Object.assign(globalThis, { question });
    dialog.showMessageBox = () => {
      question.asked += 1;
      return Promise.resolve({ response: 0, checkboxChecked: false });
    };
  });
  const exit = exitOf(app);
  await agents.close();
  expect(await exit).toBe(0);
});

test('a home that a daemon without windows owns is named, with its owner', async () => {
  const folder = await newFolder();
  const port = await freePort();
  await writeConfig(appHome(folder), { daemon: { listen: `127.0.0.1:${port}`, relay: { embeddedPort: 0 } } });
  const daemon = await createDaemon({
    home: appHome(folder),
    env: {},
    flags: {},
    kind: 'headless',
    attended: false,
    runtime: builtRuntime,
    loginShell: false,
    webRoot: null,
    version: '0.0.0',
    logToStderr: false,
    embeddedRelay: (relayPort, logger) => createRelay({ listen: [`127.0.0.1:${relayPort}`], names: [], logger }),
  });
  cleanUp.push(() => daemon.stop());
  const app = await start(folder, port);
  const agents = await shownWindow(app, 'agents');
  await expect(agents.getByText('Paseo could not start')).toBeVisible();
  await expect(agents.getByText(`a Paseo daemon without a window (process ${process.pid}`)).toBeVisible();
  await screenshot(agents, 'desktop-home-in-use');
  const exit = exitOf(app);
  await agents.close();
  expect(await exit).toBe(1);
  expect(await healthy(port)).toBe(true);
});

test('a client that asks the daemon to stop ends the app', async () => {
  const folder = await newFolder();
  const app = await start(folder, await freePort());
  await shownWindow(app, 'agents');
  const exit = exitOf(app);
  const command = fileURLToPath(new URL('../dist/main/paseo.js', import.meta.url));
  await run(process.execPath, [command, 'daemon', 'stop'], { env: { ...process.env, PASEO_HOME: appHome(folder) } });
  expect(await exit).toBe(0);
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`${signal} stops the daemon cleanly`, async () => {
    const folder = await newFolder();
    const port = await freePort();
    const app = await start(folder, port);
    await shownWindow(app, 'agents');
    const exit = exitOf(app);
    app.process().kill(signal);
    expect(await exit).toBe(0);
    expect(existsSync(join(appHome(folder), 'daemon.sock'))).toBe(false);
  });
}
