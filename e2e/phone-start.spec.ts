import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, expect, type Page, test } from '@playwright/test';
import { fakeProvider, type TestFolder, testFolder } from './support/daemon-home.ts';
import { Phone, showView } from './support/phone.ts';
import { PhoneDaemon } from './support/phone-daemon.ts';

test.use({ actionTimeout: 10_000 });

const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

async function folderOfPrograms(): Promise<string> {
  const folder = await testFolder();
  cleanUp.push(() => folder.remove());
  return folder.workspace;
}

async function startPage(browser: Browser, options: Parameters<typeof PhoneDaemon.start>[0]): Promise<Page> {
  const computer = await PhoneDaemon.start(options);
  cleanUp.push(() => computer.remove());
  const phone = await Phone.open(browser);
  cleanUp.push(() => phone.close());
  const page = await phone.pair(computer);
  await page.getByRole('button', { name: 'Start agent' }).click();
  return page;
}

/** A program that says these versions and answers. */
async function program(folder: string, name: string, script: string): Promise<void> {
  await writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, name), 0o755);
}

test('shows what each agent lacks with the command that mends it, and looks again', async ({ browser }) => {
  const programs = await folderOfPrograms();
  await program(programs, 'claude', 'echo "1.0.3 (Claude Code)"');
  await program(programs, 'codex', 'case "$*" in *version*) echo "codex-cli 0.166.0";; *) exit 1;; esac');
  const page = await startPage(browser, {
    programs,
    providers: {
      fake: { ...fakeProvider, command: join(programs, 'no-such-agent') },
      old: { label: 'Old agent', command: 'old', enabled: false },
    },
  });
  const agents = page.getByRole('group', { name: 'Agent', exact: true });
  const claude = agents.getByRole('button', { name: /Claude Code/ });
  await expect(claude).toContainText('Too old');
  await expect(agents.getByRole('button', { name: /Codex/ })).toContainText('Not logged in');
  await expect(agents.getByRole('button', { name: /Fake agent/ })).toContainText('Not installed');
  await expect(agents.getByRole('button', { name: /Old agent/ })).toContainText('Turned off');
  await expect(agents.getByRole('group', { name: 'Command for Codex' })).toContainText('codex login');
  await expect(page.getByRole('button', { name: 'Start agent' })).toBeDisabled();
  await showView(page, 'providers');

  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await agents.getByRole('group', { name: 'Command for Codex' }).getByRole('button', { name: 'Copy' }).click();
  await expect(page.getByText('Copied').first()).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/codex login$/);

  await program(
    programs,
    'claude',
    'case "$*" in *version*) echo "2.1.316 (Claude Code)";; *) echo "{\\"loggedIn\\":true}";; esac',
  );
  await agents.getByRole('button', { name: 'Check again' }).click();
  await expect(agents.getByRole('radio', { name: /Claude Code/ })).toBeChecked();
  await expect(agents.getByText(join(programs, 'claude'))).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start agent' })).toBeEnabled();
  await showView(page, 'providers-ready');
});

test('starts with a first message that has a file and a mention', async ({ browser }) => {
  const rich = { ...fakeProvider, args: [...fakeProvider.args, '--rich'] };
  const page = await startPage(browser, {
    providers: { fake: rich },
    prepare: ({ workspace }) => writeFile(join(workspace, 'plan.md'), '# Plan\n'),
  });
  await page.getByLabel('First message').pressSequentially('blocks @pla');
  await page.getByRole('option', { name: /plan\.md/ }).tap();
  await page
    .getByLabel('Files to attach')
    .setInputFiles({ name: 'error.txt', mimeType: 'text/plain', buffer: Buffer.from('it broke') });
  await expect(page.getByText('8 B')).toBeVisible();
  await showView(page, 'start-enclosed');
  await page.getByRole('button', { name: 'Start agent' }).tap();
  await expect(page.getByText(/link file:.*plan\.md/)).toBeVisible();
  await expect(page.getByText(/resource file:.*error/)).toBeVisible();
});

test('continues a session from the terminal, once', async ({ browser }) => {
  const page = await startPage(browser, await withSessions());
  await page.getByRole('button', { name: 'Continue a session from the terminal' }).tap();
  const rows = page.getByRole('list', { name: 'Sessions of Fake agent' }).getByRole('listitem');
  await expect(rows).toHaveCount(2);
  await showView(page, 'sessions');
  await page.getByRole('button', { name: 'Continue fix the build' }).tap();
  await expect(page.getByText('fix the build').last()).toBeVisible();
  await page.getByLabel('Message', { exact: true }).fill('recall');
  await page.getByRole('button', { name: 'Send' }).tap();
  await expect(page.getByText('fix the build | and the tests')).toBeVisible();
  await showView(page, 'imported');

  await page.goto(new URL('#/import', page.url()).href);
  await expect(page.getByRole('button', { name: 'Open fix the build' })).toBeVisible();
  await showView(page, 'sessions-imported');
  await page.getByRole('button', { name: 'Open fix the build' }).tap();
  await expect(page.getByText('fix the build | and the tests')).toBeVisible();
});

test('says that there are no sessions, and why they could not be listed', async ({ browser }) => {
  const memory = await folderOfPrograms();
  const none = { ...fakeProvider, args: [...fakeProvider.args, '--rich', '--memory', memory] };
  const fails = { ...fakeProvider, label: 'Broken agent', args: [...fakeProvider.args, '--start-fail'] };
  const page = await startPage(browser, { providers: { fake: none, broken: fails } });
  await page.getByRole('button', { name: 'Continue a session from the terminal' }).tap();
  await page.getByRole('button', { name: 'Fake agent' }).tap();
  await expect(page.getByText('No sessions yet')).toBeVisible();
  await showView(page, 'sessions-none');
  await page.getByRole('button', { name: 'Broken agent' }).tap();
  await expect(page.getByText('The sessions could not be loaded')).toBeVisible();
  await showView(page, 'sessions-error');
});

/** The fake agent with two sessions on disk, as if they had been begun in a terminal. */
async function withSessions(): Promise<Parameters<typeof PhoneDaemon.start>[0]> {
  const memory = join(await folderOfPrograms(), 'memory');
  const prepare = async ({ workspace }: TestFolder): Promise<void> => {
    await mkdir(memory);
    for (const [id, prompts] of [
      ['one', ['fix the build', 'and the tests']],
      ['two', ['write a poem']],
    ] as const) {
      await writeFile(join(memory, `${id}.jsonl`), prompts.map((prompt) => `${JSON.stringify(prompt)}\n`).join(''));
      await writeFile(join(memory, `${id}.cwd`), workspace);
    }
  };
  const args = [...fakeProvider.args, '--rich', '--memory', memory];
  return { providers: { fake: { ...fakeProvider, args } }, prepare };
}
