import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { fakeProvider } from './support/daemon-home.ts';
import { Phone, sendMessage, showView, startAgent } from './support/phone.ts';
import { PhoneDaemon } from './support/phone-daemon.ts';

test.use({ actionTimeout: 10_000 });

const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

/** A phone whose computer has an agent with everything that agents can have; `settings` are more of its provider. */
async function paired(
  browser: Browser,
  settings: object = {},
): Promise<{ computer: PhoneDaemon; phone: Phone; page: Page }> {
  const memory = await mkdtemp(join(tmpdir(), 'paseo-memory-'));
  cleanUp.push(() => rm(memory, { recursive: true }));
  const args = [...fakeProvider.args, '--rich', '--memory', memory];
  const computer = await PhoneDaemon.start({ providers: { fake: { ...fakeProvider, args, ...settings } } });
  cleanUp.push(() => computer.remove());
  const phone = await Phone.open(browser);
  cleanUp.push(() => phone.close());
  return { computer, phone, page: await phone.pair(computer) };
}

/** The fake agent in the place of a program that has a terminal and a login of its own. */
const inPlaceOfGemini = { extends: 'gemini', env: { GEMINI_API_KEY: 'none' } };

async function queueMessage(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Queue' }).click();
  await expect(page.getByRole('region', { name: 'Waiting messages' })).toContainText(text);
}

test('shows everything that an agent says', async ({ browser }) => {
  const { page } = await paired(browser);
  const said = [
    'plan Read the parser; Change it; Run the tests',
    'think about it',
    'tool Look around',
    'terminal one test|two tests|3 passed',
    'picture',
    'link https://example.com/docs The documentation',
    'link file:///etc/hosts A file',
    'choose mode plan',
    'unknown',
    'usage 46000 200000',
    'say Done.',
  ];
  await startAgent(page, said.join('\n'));
  await expect(page.getByText('Done.', { exact: true })).toBeVisible();
  await expect(page.getByText('23 %')).toBeVisible();
  await expect(page.getByText('Mode is now “Plan”, set by the agent.')).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Mode', exact: true })).toHaveValue('plan');

  await page.getByRole('button', { name: /Ran|npm test/ }).click();
  await expect(page.getByLabel('Output')).toHaveText(/one test\s+two tests\s+3 passed/);
  await expect(page.getByText('exit code 0')).toBeVisible();
  await page.getByRole('button', { name: /which this version does not know/ }).click();
  await expect(page.getByText('"colour": "blue"')).toBeVisible();
  await showView(page, 'rows');

  const log = page.getByRole('log', { name: 'Conversation' });
  await log.evaluate((element) => element.scrollTo(0, 0));
  await expect(page.getByRole('region', { name: 'Plan' })).toContainText('0 of 3 done');
  await showView(page, 'plan');
  const link = page.getByRole('link', { name: 'The documentation' });
  await expect(link).toHaveAttribute('href', 'https://example.com/docs');
  await expect(link).toHaveAttribute('rel', 'noopener noreferrer');
  await expect(page.getByRole('link', { name: 'A file' })).toHaveCount(0);
  const picture = page.getByRole('button', { name: /^Show / });
  const drawn = () => picture.locator('img').evaluate((image: HTMLImageElement) => image.naturalWidth);
  await expect.poll(drawn).toBe(2);
  await picture.click();
  await expect(page.getByRole('dialog')).toBeVisible();
  await showView(page, 'picture');
  await page.getByRole('button', { name: 'Close' }).click();
});

test('answers a form, checks it first, and shows everywhere who answered', async ({ browser }) => {
  const { computer, phone, page } = await paired(browser);
  const other = await phone.tab(computer.origin);
  await startAgent(page, 'form Which one shall it be?');
  await expect(page.getByText('Fake agent asks you something.')).toBeVisible();
  await showView(page, 'question');
  await other.getByRole('button', { name: /Needs you: Which one/ }).click();

  await page.getByLabel('Name').fill('x');
  await page.getByRole('button', { name: 'Answer' }).click();
  await expect(page.getByText('Enter at least 2 characters.')).toBeVisible();
  await expect(page.getByText('Choose one.')).toBeVisible();
  await expect(page.getByLabel('Name')).toBeFocused();
  await showView(page, 'question-wrong');

  await page.getByLabel('Name').fill('parser');
  await page.getByLabel('Blue').check();
  await page.getByLabel('docs').check();
  await page.getByLabel('Sure').uncheck();
  await page.getByRole('button', { name: 'Answer' }).click();
  const values = { name: 'parser', colour: 'blue', parts: ['docs'], count: 3, sure: false };
  await expect(page.getByText(/answer: accept/)).toContainText('"colour":"blue"');
  for (const view of [page, other]) {
    const answered = view.getByRole('button', { name: /^Answered from “.+”/ });
    await answered.click();
    await expect(view.getByText('Blue', { exact: true })).toBeVisible();
    await expect(view.getByText('docs', { exact: true })).toBeVisible();
  }
  const told = await page.getByText(/answer: accept/).textContent();
  expect(JSON.parse(told?.replace('answer: accept ', '') ?? '')).toEqual(values);
  await showView(page, 'question-answered');
});

test('shows a page in full before it opens, and tells the agent when it was declined', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'page https://example.com/login?state=abc');
  const card = page.getByRole('region', { name: 'Fake agent asks you to open a page.' });
  await expect(card.getByRole('group', { name: 'Address of the page' })).toContainText(
    'https://example.com/login?state=abc',
  );
  await expect(card).toContainText('The page belongs to example.com.');
  const open = card.getByRole('link', { name: 'Open page' });
  await expect(open).toHaveAttribute('href', 'https://example.com/login?state=abc');
  await expect(open).toHaveAttribute('target', '_blank');
  await showView(page, 'page-to-visit');
  await card.getByRole('button', { name: 'Decline' }).click();
  await expect(page.getByText('page: decline')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Declined from/ })).toBeVisible();
});

test('lets messages wait, be changed and removed, and sends them one at a time', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say Busy now\nhang');
  await expect(page.getByText('Busy now', { exact: true })).toBeVisible();
  await queueMessage(page, 'say First');
  await queueMessage(page, 'say Second');
  await queueMessage(page, 'say Third');
  const waiting = page.getByRole('region', { name: 'Waiting messages' });
  await expect(waiting).toContainText('3 messages wait for this turn to end');
  await showView(page, 'queue');

  await waiting.getByRole('button', { name: 'Edit' }).nth(1).click();
  const editor = waiting.getByRole('textbox', { name: 'Waiting message' });
  await expect(editor).toBeFocused();
  await editor.fill('say Changed');
  await waiting.getByRole('button', { name: 'Save' }).click();
  await expect(waiting.getByRole('listitem').nth(1)).toContainText('say Changed');
  await expect(editor).toHaveCount(0);

  // A long one is in the list with its beginning only, and in the editor as a whole.
  const long = `say Long ${'word '.repeat(1000)}END`;
  await page.getByRole('textbox', { name: 'Message' }).fill(long);
  await page.getByRole('button', { name: 'Queue' }).click();
  await expect(waiting.getByRole('listitem')).toHaveCount(4);
  await expect(waiting).not.toContainText('END');
  await waiting.getByRole('button', { name: 'Edit' }).nth(3).click();
  await expect(editor).toHaveValue(long);
  await editor.fill('say Shorter');
  await waiting.getByRole('button', { name: 'Save' }).click();
  await expect(waiting.getByRole('listitem').nth(3)).toContainText('say Shorter');
  await expect(editor).toHaveCount(0);
  await waiting.getByRole('button', { name: 'Remove' }).nth(3).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(waiting.getByRole('listitem')).toHaveCount(3);
  await waiting.getByRole('button', { name: 'Remove' }).nth(2).click();
  await showView(page, 'queue-remove');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(waiting.getByRole('listitem')).toHaveCount(2);

  await page.getByRole('button', { name: 'Stop' }).click();
  await expect(waiting).toContainText('The last turn was stopped, so these 2 messages wait for you.');
  await showView(page, 'queue-paused');
  await waiting.getByRole('button', { name: 'Send now' }).click();
  await expect(page.getByText('Changed', { exact: true })).toBeVisible();
  await expect(waiting).toHaveCount(0);
  await expect(page.getByText('First', { exact: true })).toBeVisible();
  await expect(page.getByText('Finished')).toBeVisible();
});

test('tells for how long nothing came of a turn', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say On it\nhang');
  await expect(page.getByText('On it', { exact: true })).toBeVisible();
  await expect(page.getByText(/nothing new/)).toHaveCount(0);
  await page.clock.setSystemTime(Date.now() + 125_000);
  await expect(page.getByText('nothing new for 2 min')).toBeVisible();
  await showView(page, 'nothing-new');
});

test('says with its last output that an agent ended, and goes on with one tap', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say Started\ncrash 3');
  const trouble = page.getByRole('region', { name: 'Failed turn' });
  await expect(trouble).toBeVisible();
  await expect(page.getByLabel('Error')).toContainText('fake agent crashed');
  await showView(page, 'failed');
  await trouble.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByText(/^You said: Continue/)).toBeVisible();
  await expect(trouble).toHaveCount(0);
  await expect(page.getByText('Finished')).toBeVisible();
});

test('says what to do when the agent wants a login', async ({ browser }) => {
  const { page } = await paired(browser, inPlaceOfGemini);
  await startAgent(page, 'login');
  const card = page.getByRole('region', { name: 'Login needed' });
  await expect(card).toContainText('Fake agent needs a login.');
  await expect(card.getByRole('group', { name: 'Command to log in' })).toContainText('gemini');
  await expect(card.getByRole('button', { name: 'Try again' })).toBeVisible();
  await showView(page, 'login');
});

test('chooses mode and other options, for every device to see', async ({ browser }) => {
  const { computer, phone, page } = await paired(browser);
  const other = await phone.tab(computer.origin);
  await startAgent(page, 'say Ready');
  await expect(page.getByText('Finished')).toBeVisible();
  await other.getByRole('button', { name: /say Ready/ }).click();
  await page.getByRole('combobox', { name: 'Mode', exact: true }).selectOption('Plan');
  await expect(page.getByText(/^Mode is now “Plan”, set from “/)).toBeVisible();
  await expect(other.getByRole('combobox', { name: 'Mode', exact: true })).toHaveValue('plan');
  await page.getByRole('button', { name: '1 more' }).click();
  await page.getByRole('checkbox', { name: 'Fast' }).check();
  await expect(other.getByText(/^Fast is now/)).toBeVisible();
  await sendMessage(page, 'chosen');
  await expect(page.getByText('mode=plan model=small fast=true')).toBeVisible();
  await showView(page, 'options');
});

test('offers what else the agent takes as an answer, in clear words', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'ask Run the tests');
  await page.getByRole('button', { name: 'More answers' }).click();
  await showView(page, 'permission-menu');
  await page.getByRole('menuitem', { name: 'Always allow for this agent' }).click();
  await expect(page.getByText('chosen: allow_always')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Always allowed for this agent from “/ })).toBeVisible();
});

test('tells how to go on in a terminal', async ({ browser }) => {
  const { computer, phone, page } = await paired(browser, inPlaceOfGemini);
  await phone.context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await startAgent(page, 'say Ready');
  await expect(page.getByText('Finished')).toBeVisible();
  await page.getByRole('button', { name: 'More for this agent' }).click();
  await page.getByRole('menuitem', { name: 'Continue in a terminal' }).click();
  const dialog = page.getByRole('dialog', { name: 'Continue in a terminal' });
  await dialog.getByRole('button', { name: 'Copy' }).click();
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
  await showView(page, 'terminal');
  const copied = await page.evaluate(() => navigator.clipboard.readText());
  expect(copied).toContain(`cd ${computer.folder.workspace} && gemini --resume fake-`);
  await expect(dialog).toContainText(copied);
});
