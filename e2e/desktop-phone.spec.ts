import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { z } from 'zod';
import { appFolder, launchApp, shownWindow } from './support/desktop-app.ts';
import { Desktop } from './support/desktop-panel.ts';
import { screenshot } from './support/screenshot.ts';
import { nothingElse, TestClient } from './support/test-client.ts';
import { until } from './support/until.ts';

const commandLine = fileURLToPath(new URL('../dist/main/paseo.js', import.meta.url));
const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

test('pairs a device by its digits, shows in the tray what it and its agent do, and sends it away', async () => {
  const panel = await Desktop.start({ tray: true });
  cleanUp.push(() => panel.stop());
  const folder = await appFolder();
  cleanUp.push(() => folder.remove());
  const app = await launchApp(folder.root);
  cleanUp.push(() => app.close());
  const agents = await shownWindow(app, 'agents');
  await agents.getByRole('button', { name: 'Pair phone' }).first().click();
  const pairing = await shownWindow(app, 'pairing');

  await pairing.getByRole('button', { name: 'Show anyway' }).click();
  await pairing.getByRole('button', { name: 'Copy link' }).click();
  await expect(pairing.getByText('Copied.')).toBeVisible();
  await screenshot(pairing, 'desktop-pairing-link');
  const link = await app.evaluate(({ clipboard }) => clipboard.readText());

  const digits = { shown: '' };
  const pairingDevice = TestClient.pair(link, { onDigits: (shown) => (digits.shown = shown) });
  const said = pairing.getByRole('img', { name: /^Digits/ });
  await expect(said).toBeVisible();
  await screenshot(pairing, 'desktop-pairing-confirm');
  expect((await said.textContent())?.replaceAll(' ', '')).toBe(digits.shown);
  await pairing.getByRole('button', { name: 'Confirm' }).click();
  const device = await pairingDevice;
  cleanUp.push(() => device.stop());
  await expect(pairing.getByText('Test phone')).toBeVisible();
  await screenshot(pairing, 'desktop-pairing-done');
  await pairing.close();

  await until(device.client.state, ({ state }) => state === 'connected');
  const { agentId } = await device.client.command('agent.create', {
    ...{ provider: 'fake', cwd: folder.workspace, prompt: 'ask run the tests', ...nothingElse },
  });
  const state = (wanted: string) => until(device.client.agents, (list) => list?.[0]?.state === wanted);
  await agents.close();
  await test.step('a request is allowed from the tray, and the phone hears who did it', async () => {
    await state('needs-you');
    await panel.openMenu();
    await panel.openSubmenu(1);
    await panel.screenshot('desktop-tray-needs-you');
    await panel.chooseInOpenSubmenu(2);
    await state('finished');
    const follower = device.client.follow(agentId);
    const { entries } = await until(follower.view, ({ status }) => status === 'live');
    follower.stop();
    expect(entries.map(({ body }) => body)).toContainEqual({
      ...{ kind: 'permission-answer', requestId: expect.any(String) as unknown },
      ...{ option: expect.objectContaining({ kind: 'allow_once' }) as unknown },
      by: { deviceId: null, name: 'This computer' },
    });
  });
  const more = (text: string) => device.client.command('agent.prompt', { agentId, text, ...nothingElse });
  await test.step('a question opens the window', async () => {
    await more('form Which colour?');
    await state('needs-you');
    await panel.choose(1);
    const window = await shownWindow(app, 'agents');
    await expect(window.getByText('Which colour?').first()).toBeVisible();
    await window.getByRole('button', { name: 'Stop' }).click();
    await state('stopped');
    await window.close();
  });
  await test.step('the first thing in the menu of a request only shows it', async () => {
    await more('ask run them again');
    await state('needs-you');
    await panel.openMenu();
    await panel.openSubmenu(1);
    await panel.chooseInOpenSubmenu(1);
  });
  const again = await shownWindow(app, 'agents');
  await again.getByRole('button', { name: /^Allow once/i }).click();
  await state('finished');
  await screenshot(again, 'desktop-agent');

  await again.getByRole('button', { name: 'Settings' }).click();
  const settings = await shownWindow(app, 'settings');
  await expect(settings.getByText(/^Connected/)).toBeVisible();
  await screenshot(settings, 'desktop-settings-devices');
  await panel.openMenu();
  await panel.screenshot('desktop-tray-connected');
  await panel.chooseInOpenMenu(2);
  await settings.getByRole('button', { name: 'Revoke Test phone' }).click();
  await settings.getByRole('button', { name: 'Revoke', exact: true }).click();
  const ended = await until(device.client.state, ({ state }) => state === 'ended');
  expect(ended).toMatchObject({ reason: 'revoked' });
  await expect(settings.getByText('No device is paired')).toBeVisible();
});

test('shows a device that comes by a code made on the command line', async () => {
  const folder = await appFolder();
  cleanUp.push(() => folder.remove());
  const app = await launchApp(folder.root);
  cleanUp.push(() => app.close());
  await shownWindow(app, 'agents');
  const { stdout } = await promisify(execFile)(process.execPath, [commandLine, 'daemon', 'pair', '--json'], {
    env: { ...process.env, PASEO_HOME: folder.home },
  });
  const { url } = z.object({ url: z.string() }).parse(JSON.parse(stdout));
  const refused = expect(TestClient.pair(url)).rejects.toMatchObject({ code: 'declined' });
  const pairing = await shownWindow(app, 'pairing');
  await expect(pairing.getByText('“Test phone” wants to pair')).toBeVisible();
  await pairing.getByRole('button', { name: 'Deny' }).click();
  await refused;
});
