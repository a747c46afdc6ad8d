import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { MAX_ATTACHMENT_BYTES, MAX_SENT_IMAGE_SIDE } from '../src-shared/limits.ts';
import { fakeProvider } from './support/daemon-home.ts';
import { pasteImage } from './support/paste-image.ts';
import { Phone, sendMessage, showView, startAgent } from './support/phone.ts';
import { PhoneDaemon } from './support/phone-daemon.ts';

test.use({ actionTimeout: 10_000 });

const rich = { ...fakeProvider, args: [...fakeProvider.args, '--rich'] };
const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

async function paired(browser: Browser): Promise<{ computer: PhoneDaemon; phone: Phone; page: Page }> {
  const computer = await PhoneDaemon.start({
    providers: { fake: rich },
    prepare: async ({ workspace }) => {
      await mkdir(join(workspace, 'src'));
      await writeFile(join(workspace, 'src/main.ts'), 'start();\n');
      await writeFile(join(workspace, 'src/main.log'), 'noise\n');
      await writeFile(join(workspace, '.gitignore'), '*.log\n');
    },
  });
  cleanUp.push(() => computer.remove());
  const phone = await Phone.open(browser);
  cleanUp.push(() => phone.close());
  return { computer, phone, page: await phone.pair(computer) };
}

const message = (page: Page) => page.getByLabel('Message', { exact: true });

test('mentions a file of the folder, by touch and by keyboard, and the agent is told of it', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say Ready when you are');
  await expect(page.getByText('Finished', { exact: true })).toBeVisible();

  await message(page).pressSequentially('blocks @mai');
  const choices = page.getByRole('listbox', { name: 'Files' }).getByRole('option');
  await expect(choices).toHaveCount(1);
  await expect(page.getByRole('combobox', { name: 'Message' })).toHaveAttribute('aria-expanded', 'true');
  await showView(page, 'mention');
  await choices.first().tap();
  await expect(message(page)).toHaveValue('blocks @src/main.ts ');
  await expect(message(page)).toBeFocused();
  await expect(page.getByRole('list', { name: 'Goes along' })).toContainText('src/main.ts');
  await page.getByRole('button', { name: 'Send' }).tap();
  await expect(page.getByText(/link file:.*src\/main\.ts/)).toBeVisible();

  await message(page).pressSequentially('again @');
  await expect(choices.first()).toBeVisible();
  await page.keyboard.type('mai');
  await expect(choices).toHaveCount(1);
  await page.keyboard.press('Enter');
  await expect(message(page)).toHaveValue('again @src/main.ts ');
  await page.keyboard.type('@');
  await expect(choices.first()).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(choices).toHaveCount(0);
});

test('completes the commands of the agent, at the beginning only', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say Ready when you are');
  await expect(page.getByText('Finished', { exact: true })).toBeVisible();
  await message(page).pressSequentially('/');
  const choices = page.getByRole('listbox', { name: 'Commands' }).getByRole('option');
  await expect(choices).toHaveCount(2);
  await showView(page, 'commands');
  await choices.filter({ hasText: 'review' }).tap();
  await expect(message(page)).toHaveValue('/review ');
  await page.keyboard.type('/');
  await expect(page.getByRole('listbox')).toHaveCount(0);
});

test('pastes a picture, which goes through the relay scaled down, and shows it', async ({ browser }) => {
  const { computer, page } = await paired(browser);
  await computer.listen(false);
  await expect(page.getByRole('button', { name: 'Relay, Connected' })).toBeVisible({ timeout: 20_000 });
  await startAgent(page, 'say Ready when you are');
  await expect(page.getByText('Finished', { exact: true })).toBeVisible();
  await message(page).fill('blocks');
  await pasteImage(page, { width: 3000, height: 1000 });
  await expect(page.getByRole('button', { name: 'Remove image.png' })).toBeVisible();
  await expect(page.getByRole('img', { name: 'Picture' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled();
  await showView(page, 'picture-ready');
  await page.getByRole('button', { name: 'Send' }).tap();
  await expect(page.getByText(/image image\/png/)).toBeVisible();
  await expect(page.getByRole('list', { name: 'Goes along' })).toHaveCount(0);
  const shown = page.getByRole('button', { name: 'Show image.png' }).locator('img');
  await expect.poll(() => shown.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(MAX_SENT_IMAGE_SIDE);
  await showView(page, 'picture-sent');
  expect(await pictureWidths(computer)).toEqual([MAX_SENT_IMAGE_SIDE]);
});

test('an upload goes on after the connection was lost, and the message waits for it', async ({ browser }) => {
  const { computer, page } = await paired(browser);
  await startAgent(page, 'say Ready when you are');
  await expect(page.getByText('Finished', { exact: true })).toBeVisible();
  await computer.stop();
  await expect(page.getByRole('button', { name: 'Retry now' })).toBeVisible();
  await message(page).fill('blocks');
  const buffer = Buffer.alloc(3_000_000, 'log line\n');
  await page.getByLabel('Files to attach').setInputFiles({ name: 'build.log', mimeType: 'text/plain', buffer });
  await expect(page.getByText('Waits for the connection')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send' })).toBeDisabled();
  await showView(page, 'upload-waits');
  await computer.start();
  await expect(page.getByRole('button', { name: 'Send' })).toBeEnabled({ timeout: 20_000 });
  await page.getByRole('button', { name: 'Send' }).tap();
  await expect(page.getByText(/(link|resource) file:.*build/)).toBeVisible();
});

test('says the limit of a file, and keeps everything while the person looks elsewhere', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'say Ready when you are');
  await expect(page.getByText('Finished', { exact: true })).toBeVisible();
  await message(page).fill('see these');
  const disk = {
    name: 'disk.img',
    mimeType: 'application/octet-stream',
    buffer: Buffer.alloc(MAX_ATTACHMENT_BYTES + 1),
  };
  await page
    .getByLabel('Files to attach')
    .setInputFiles([{ name: 'notes.txt', mimeType: 'text/plain', buffer: Buffer.from('notes') }, disk], {
      timeout: 30_000,
    });
  await expect(page.getByText(/larger than 10 MB/)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
  await showView(page, 'upload-too-large');
  await page.getByRole('button', { name: 'Back' }).click();
  await page.getByRole('button', { name: /Ready when you are/ }).click();
  await expect(message(page)).toHaveValue('see these');
  await page.getByRole('button', { name: 'Remove disk.img' }).tap();
  await page.getByRole('button', { name: 'Send', exact: true }).tap();
  await expect(page.getByText('You said: see these')).toBeVisible();
});

test('a message during a turn waits in the queue, and Stop stays where it is', async ({ browser }) => {
  const { page } = await paired(browser);
  await startAgent(page, 'ask Shall I go on');
  await expect(page.getByRole('button', { name: 'Allow once' })).toBeVisible();
  const stop = page.getByRole('button', { name: 'Stop' });
  const before = await stop.boundingBox();
  await message(page).fill('say And then this');
  expect((await stop.boundingBox())?.x).toBe(before?.x);
  await page.getByRole('button', { name: 'Queue', exact: true }).tap();
  await expect(message(page)).toHaveValue('');
  await showView(page, 'queued');
  await page.getByRole('button', { name: 'Allow once' }).tap();
  await expect(page.getByText('And then this', { exact: true })).toBeVisible();
  await expect(page.getByText('Finished', { exact: true })).toBeVisible();
  await sendMessage(page, 'say Not queued');
  await expect(page.getByText('Not queued', { exact: true })).toBeVisible();
});

/** Of every picture that the daemon keeps for its agents. */
async function pictureWidths({ folder }: PhoneDaemon): Promise<number[]> {
  const agents = join(folder.home, 'agents');
  const paths = await readdir(agents, { recursive: true });
  const files = await Promise.all(
    paths.filter((path) => path.includes('attachments')).map((path) => readFile(join(agents, path)).catch(() => null)),
  );
  return files.flatMap((bytes) => (bytes?.subarray(1, 4).toString() === 'PNG' ? [bytes.readUInt32BE(16)] : []));
}
