import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { sendMessage, Phone, showView, startAgent } from './support/phone.ts';
import { PhoneDaemon } from './support/phone-daemon.ts';
import { phoneTranscript } from './support/phone-transcript.ts';
import { onlyTimeline } from './support/timeline-file.ts';

test.use({ actionTimeout: 10_000 });

const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

async function paired(browser: Browser): Promise<{ computer: PhoneDaemon; phone: Phone; page: Page }> {
  const computer = await PhoneDaemon.start();
  cleanUp.push(() => computer.remove());
  const phone = await Phone.open(browser);
  cleanUp.push(() => phone.close());
  return { computer, phone, page: await phone.pair(computer) };
}

test('starts an agent, allows and denies what it asks, follows up and stops it', async ({ browser }) => {
  const { computer, page } = await paired(browser);
  await showView(page, 'no-agents');
  await page.getByRole('button', { name: 'Start agent' }).click();
  await showView(page, 'start');
  await page.getByRole('button', { name: 'Back' }).click();

  await startAgent(page, 'think about it\ntool Look around\nsay **Well**, let us see.\nwrite note.txt the-content');
  await expect(page.getByRole('button', { name: 'Allow once' })).toBeVisible();
  await showView(page, 'permission');
  await page.getByRole('button', { name: 'Allow once' }).click();
  await expect(page.getByText('Wrote note.txt.')).toBeVisible();
  await expect(page.getByText(/^Allowed from/)).toBeVisible();
  await expect(page.getByText('Finished')).toBeVisible();
  expect(await readFile(join(computer.folder.workspace, 'note.txt'), 'utf8')).toBe('the-content');

  await sendMessage(page, 'write other.txt more');
  await page.getByRole('button', { name: 'Deny' }).click();
  await expect(page.getByText('Did not write other.txt.')).toBeVisible();
  await expect(readFile(join(computer.folder.workspace, 'other.txt'))).rejects.toThrow('ENOENT');
  await showView(page, 'conversation');

  await sendMessage(page, 'say Waiting now\nhang');
  await expect(page.getByText('Waiting now', { exact: true })).toBeInViewport();
  await expect(page.getByRole('button', { name: /new$|Newest/ })).toHaveCount(0);
  await showView(page, 'working');
  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(page.getByText('Stopped').first()).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByRole('navigation', { name: 'Agents' })).toContainText('Stopped');
  await showView(page, 'agents');
});

test('answers a permission request with the keyboard alone', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'ask Run the tests');
  const allow = page.getByRole('button', { name: 'Allow once' });
  await expect(allow).toBeVisible();
  await expect(allow).not.toBeFocused();
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: /Needs you: Run the tests/ }).waitFor();

  await pressTabTo(page, /Needs you: Run the tests/);
  await page.keyboard.press('Enter');
  await pressTabTo(page, 'Allow once');
  await page.keyboard.press('Enter');
  await expect(page.getByText('chosen: allow_once')).toBeVisible();
});

test('pages back through a long conversation', async ({ browser }) => {
  const { computer, page } = await paired(browser);
  const lines = Array.from({ length: 260 }, (_, at) => `say Line ${at + 1}.\ntool Look at ${at + 1}`);
  await startAgent(page, lines.join('\n'));
  await expect(page.getByText('Finished')).toBeVisible({ timeout: 20_000 });
  await page.reload();
  await expect(page.getByText('Line 260.')).toBeVisible();
  const timeline = await onlyTimeline(computer.folder.home);
  expect((await phoneTranscript(page)).length).toBeLessThan(timeline.length);
  const log = page.getByRole('log', { name: 'Conversation' });
  await expect(async () => {
    await log.evaluate((element) => element.scrollTo(0, 0));
    expect(await phoneTranscript(page)).toHaveLength(timeline.length);
  }).toPass();
  await log.evaluate((element) => element.scrollTo(0, 0));
  await expect(page.getByText(/^say Line 1\./).first()).toBeInViewport();
  expect(await phoneTranscript(page)).toEqual(timeline);
  await expect(page.getByRole('button', { name: 'Newest' })).toBeVisible();
  await showView(page, 'paged-back');
  await page.getByRole('button', { name: 'Newest' }).click();
  await expect(page.getByText('Line 260.')).toBeInViewport();
});

test('is live in two tabs at once', async ({ browser }) => {
  const { computer, phone, page } = await paired(browser);
  const other = await phone.tab(computer.origin);
  await expect(other.getByRole('button', { name: 'Direct, Connected' })).toBeVisible();
  await startAgent(page, 'ask First');
  await other.getByRole('button', { name: /Needs you: First/ }).click();
  await other.getByRole('button', { name: 'Allow once' }).click();
  await expect(page.getByText('chosen: allow_once')).toBeVisible();
  await sendMessage(page, 'say from one tab');
  await expect(other.getByText('from one tab', { exact: true })).toBeVisible();
  await sendMessage(other, 'say from the other tab');
  await expect(page.getByText('from the other tab', { exact: true })).toBeVisible();
});

test('shows what is known without a connection, and delivers what was written then, once', async ({ browser }) => {
  const { computer, phone, page } = await paired(browser);
  const words = Array.from({ length: 60 }, (_, at) => `say Paragraph ${at + 1}.\ntool Look`);
  await startAgent(page, words.join('\n'));
  await expect(page.getByText('Finished')).toBeVisible();
  await page.evaluate(() => navigator.serviceWorker.ready);
  const last = page.getByText('Paragraph 60.');
  const before = await last.boundingBox();

  await computer.stop();
  const retry = page.getByRole('button', { name: 'Retry now' });
  await expect(retry).toBeVisible();
  expect(await last.boundingBox()).toEqual(before);
  await showView(page, 'conversation-offline');
  await page.getByRole('log').evaluate((element) => element.scrollTo(0, element.scrollHeight));
  const end = await page.getByRole('log').locator('.conversation-row').last().boundingBox();
  const banner = await page.locator('.agent-notice').boundingBox();
  expect((end?.y ?? 0) + (end?.height ?? 0)).toBeLessThanOrEqual(banner?.y ?? 0);

  await sendMessage(page, 'say written offline');
  await expect(page.getByText('Will be sent when the connection is back')).toBeVisible();
  await showView(page, 'unsent');
  await page.reload();
  await expect(page.getByText('Will be sent when the connection is back')).toBeVisible();
  await expect(page.getByText('Not loaded yet')).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByText('As it was just now')).toBeVisible();
  await showView(page, 'agents-offline');
  await page.close();

  await computer.start();
  const later = await phone.tab(computer.origin);
  await later.getByRole('button', { name: /Paragraph 1/ }).click();
  await expect(later.getByText('written offline', { exact: true })).toBeVisible({ timeout: 20_000 });
  await expect(later.getByText('Finished')).toBeVisible();
  const users = (await onlyTimeline(computer.folder.home)).filter(({ body }) => body.kind === 'user');
  expect(users).toHaveLength(2);
});

test('archives an agent, opens it there and brings it back', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say All done');
  await expect(page.getByText('Finished')).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByRole('button', { name: 'Show archived' })).toHaveCount(0);
  await page.getByRole('button', { name: /say All done/ }).click();
  await page.getByRole('button', { name: 'More for this agent' }).click();
  await page.getByRole('menuitem', { name: 'Archive' }).click();
  await expect(page.getByText('No agents yet')).toBeVisible();
  await page.getByRole('button', { name: 'Show archived' }).click();
  await showView(page, 'archived');
  await page
    .getByRole('list', { name: 'Archived agents' })
    .getByRole('button', { name: /All done/ })
    .click();
  await expect(page.getByText('All done', { exact: true })).toBeVisible();
  await expect(page.getByText('Bring it back to send messages')).toBeVisible();
  await expect(page.getByRole('textbox')).toHaveCount(0);
  await showView(page, 'archived-agent');
  await page.getByRole('button', { name: 'More for this agent' }).click();
  await page.getByRole('menuitem', { name: 'Bring back' }).click();
  await expect(page.getByRole('navigation', { name: 'Agents' })).toContainText('Finished');
  await expect(page.getByRole('button', { name: 'Show archived' })).toHaveCount(0);
});

/** Tab by tab, as far as a keyboard would go. */
async function pressTabTo(page: Page, name: string | RegExp): Promise<void> {
  const wanted = page.getByRole('button', { name });
  await wanted.waitFor();
  for (let presses = 0; presses < 20; presses++) {
    await page.keyboard.press('Tab');
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`the keyboard does not get to ${String(name)}`);
}
