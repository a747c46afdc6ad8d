import { type Browser, expect, test } from '@playwright/test';
import { z } from 'zod';
import { fakeProvider, testFolder, writeConfig } from './support/daemon-home.ts';
import { freePort } from './support/desktop-app.ts';
import { PaseoCommands } from './support/paseo-command.ts';
import { Phone, showView } from './support/phone.ts';
import { PhoneDaemon } from './support/phone-daemon.ts';
import { until } from './support/until.ts';

test.use({ actionTimeout: 10_000 });

const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

async function open(browser: Browser): Promise<{ computer: PhoneDaemon; phone: Phone }> {
  const computer = await PhoneDaemon.start();
  cleanUp.push(() => computer.remove());
  const phone = await Phone.open(browser);
  cleanUp.push(() => phone.close());
  return { computer, phone };
}

test('pairs over the daemon’s own page once the digits are confirmed', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const { daemon, origin } = computer;
  const empty = await phone.tab(origin);
  await expect(empty.getByRole('heading', { name: 'Pair with your computer' })).toBeVisible();
  await showView(empty, 'welcome');

  const { url, offerId } = daemon.createOffer(true);
  expect(url.startsWith(`${origin}/#offer=`)).toBe(true);
  const page = await phone.tab(url);
  expect(page.url()).toBe(`${origin}/`);
  const { pending } = await until(daemon.pairing, (state) => state.pending.length === 1);
  const digits = (pending[0]?.digits ?? '').split('').join(' ');
  await expect(page.getByRole('img', { name: `Digits ${digits}` })).toBeVisible();
  await showView(page, 'digits');
  daemon.confirmPairing({ offerId, accept: true, role: 'approve' });
  await expect(page.getByText(/^Paired with/)).toBeVisible();
  await showView(page, 'paired');
  await page.getByRole('button', { name: 'Show agents' }).click();
  await expect(page.getByText('No agents yet')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start agent' })).toHaveCount(0);
  await page.getByRole('button', { name: 'Direct, Connected' }).click();
  await expect(page.getByText('Connected, Direct')).toBeVisible();
  await expect(page.getByText('may look and answer requests')).toBeVisible();
  await showView(page, 'connection');
});

test('says so when the computer denies', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const { daemon } = computer;
  const { url, offerId } = daemon.createOffer(true);
  const page = await phone.tab(url);
  await expect(page.getByRole('img', { name: /^Digits/ })).toBeVisible();
  daemon.confirmPairing({ offerId, accept: false, role: 'full' });
  await expect(page.getByRole('heading', { name: 'The computer said no' })).toBeVisible();
  await showView(page, 'denied');
});

test('says what to do about a link that was used, has expired or is damaged', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const { daemon, origin } = computer;
  const used = daemon.createOffer(null).url;
  const first = await phone.tab(used);
  await expect(first.getByText(/^Paired with/)).toBeVisible();

  const other = await Phone.open(browser);
  cleanUp.push(() => other.close());
  const page = await other.tab(used);
  await expect(page.getByRole('heading', { name: 'This code is no longer valid' })).toBeVisible();
  await expect(page.getByText(/Make a new one/)).toBeVisible();
  await showView(page, 'used-link');
  await page.getByRole('button', { name: 'Use another code' }).click();
  await expect(page.getByRole('heading', { name: 'Pair with your computer' })).toBeVisible();

  const late = await other.context.newPage();
  await late.clock.install({ time: Date.now() + 6 * 60_000 });
  await late.goto(daemon.createOffer(null).url);
  await expect(late.getByRole('heading', { name: 'This code has expired' })).toBeVisible();
  await expect(late.getByText(/Make a new one/)).toBeVisible();
  await showView(late, 'expired-link');

  const broken = await other.tab(`${origin}/#offer=%7Bgarbage`);
  await expect(broken.getByRole('heading', { name: 'This link cannot be used' })).toBeVisible();
  expect(broken.url()).toBe(`${origin}/`);
  await showView(broken, 'broken-link');
});

test('goes through the relay while there is no direct way', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const page = await phone.pair(computer);
  await computer.listen(false);
  await expect(page.getByRole('button', { name: 'Relay, Connected' })).toBeVisible();
  await page.getByRole('button', { name: 'Relay, Connected' }).click();
  await expect(page.getByText('Connected, Relay')).toBeVisible();
  await showView(page, 'relay');
});

test('says that it was revoked and offers to forget the computer', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const page = await phone.pair(computer);
  const device = computer.daemon.devices.get()[0];
  await computer.daemon.revokeDevice(device?.id ?? '');
  await expect(page.getByText('no longer knows this device')).toBeVisible({ timeout: 2000 });
  await showView(page, 'revoked');
  await page.getByRole('button', { name: 'Forget this computer' }).click();
  await expect(page.getByRole('heading', { name: 'Pair with your computer' })).toBeVisible();
});

test('offers to try again when it was refused but never told that it was revoked', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const page = await phone.pair(computer);
  const home = page.url();
  await page.goto('about:blank');
  await computer.daemon.revokeDevice(computer.daemon.devices.get()[0]?.id ?? '');
  await page.goto(home);
  const refused = page.getByText('no longer knows this device');
  await expect(refused.first()).toBeVisible({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(refused).toHaveCount(0);
  await expect(refused.first()).toBeVisible({ timeout: 20_000 });
});

test('unpairs itself at the computer when the person forgets it', async ({ browser }) => {
  const { computer, phone } = await open(browser);
  const page = await phone.pair(computer);
  await page.getByRole('button', { name: 'Direct, Connected' }).click();
  await page.getByRole('button', { name: 'Forget this computer' }).click();
  await showView(page, 'forget');
  await page.getByRole('button', { name: 'Forget', exact: true }).click();
  await expect(page.getByRole('heading', { name: 'Pair with your computer' })).toBeVisible();
  await until(computer.daemon.devices, (devices) => devices.length === 0);
});

test('comes back by itself after the daemon was killed and started again', async ({ browser }) => {
  const folder = await testFolder();
  cleanUp.push(() => folder.remove());
  await writeConfig(folder.home, {
    daemon: { listen: `127.0.0.1:${await freePort()}`, relay: { enabled: false } },
    agents: { providers: { fake: fakeProvider } },
  });
  const paseo = new PaseoCommands(folder);
  cleanUp.push(() => paseo.stop());
  const { pid } = await paseo.startDaemon();
  const { url } = await paseo.json(z.looseObject({ url: z.string() }), ['daemon', 'pair']);
  const phone = await Phone.open(browser);
  cleanUp.push(() => phone.close());
  const page = await phone.tab(url);
  await page.getByRole('button', { name: 'Show agents' }).click();
  await expect(page.getByRole('button', { name: 'Direct, Connected' })).toBeVisible();

  await paseo.killDaemon(pid);
  await expect(page.getByText(/Your agents keep running. Retrying in \d+ s./)).toBeVisible();
  await showView(page, 'offline');
  await paseo.startDaemon();
  await expect(page.getByRole('button', { name: 'Direct, Connected' })).toBeVisible({ timeout: 30_000 });
});
