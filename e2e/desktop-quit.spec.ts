import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ElectronApplication, expect, type Page, test } from '@playwright/test';
import { markedProcesses } from '../src-main/platform/process-census.ts';
import { type AppFolder, appFolder, exitOf, launchApp, shownWindow } from './support/desktop-app.ts';
import { Desktop } from './support/desktop-panel.ts';
import { screenshot } from './support/screenshot.ts';

const run = promisify(execFile);
const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

interface Setting {
  readonly folder: AppFolder;
  readonly panel: Desktop;
}

async function setUp(agents: object = {}): Promise<Setting> {
  const panel = await Desktop.start({ tray: true });
  cleanUp.push(() => panel.stop());
  const folder = await appFolder(agents);
  cleanUp.push(() => folder.remove());
  return { folder, panel };
}

async function launch({ folder }: Setting): Promise<ElectronApplication> {
  const app = await launchApp(folder.root, { HOME: folder.workspace });
  const [child, exit] = [app.process(), exitOf(app)];
  // Not `close`, which would be asked what becomes of the agents.
  cleanUp.push(async () => {
    if (child.exitCode === null) child.kill('SIGTERM');
    await exit;
  });
  return app;
}

/** With its first agent, which does what `message` says. */
async function working(
  setting: Setting,
  message: string,
): Promise<{ app: ElectronApplication; page: Page; id: string }> {
  const app = await launch(setting);
  const page = await shownWindow(app, 'agents');
  await startAgent(page, message);
  await expect(
    page
      .getByRole('article')
      .getByRole('status')
      .filter({ hasText: /^Working$/ }),
  ).toBeVisible();
  const [id = ''] = await readdir(join(setting.folder.home, 'agents'));
  return { app, page, id };
}

/** As the person does it in the menu of the app, without waiting for its end. */
function quit(app: ElectronApplication): Promise<void> {
  return app.evaluate(({ app: electron }) => {
    setImmediate(() => electron.quit());
  });
}

async function startAgent(page: Page, message: string): Promise<void> {
  await page
    .getByRole('button', { name: /Start agent|New agent/ })
    .first()
    .click();
  await page.getByLabel('First message').fill(message);
  await page.getByRole('button', { name: 'Start agent' }).last().click();
}

/** The question's window, once it is there. */
async function questionWindow(): Promise<string> {
  const search = ['search', '--sync', '--onlyvisible', '--name', '^Quit Paseo$'];
  const { stdout } = await run('xdotool', search, { timeout: 15_000 });
  return stdout.trim().split('\n').at(-1)!;
}

/** Types into the question, as a person would. */
async function answerQuestion(...keys: string[]): Promise<void> {
  await run('xdotool', ['windowactivate', '--sync', await questionWindow()], { timeout: 15_000 });
  await run('xdotool', ['key', '--delay', '50', ...keys]);
}

test('quitting asks about agents that work; one that is kept goes on and is found again', async () => {
  const setting = await setUp();
  const { app, page, id } = await working(setting, 'stream 200 40');

  await test.step('Cancel leaves everything as it is', async () => {
    await quit(app);
    await questionWindow();
    await setting.panel.screenshot('desktop-quit');
    await answerQuestion('Escape');
    await expect(page.getByText(/word20 /)).toBeVisible();
  });

  await test.step('Keep, which is where the keyboard is, leaves the agent working', async () => {
    const exit = exitOf(app);
    await setting.panel.choose(7);
    await answerQuestion('Return');
    expect(await exit).toBe(0);
    expect(await markedProcesses(id)).not.toEqual([]);
  });

  const again = await launch(setting);
  await setting.panel.clickIcon('left');
  const later = await shownWindow(again, 'agents');
  await later.getByRole('button', { name: /stream 200 40/ }).click();
  await expect(later.getByText(/word200\s*$/)).toBeVisible({ timeout: 30_000 });
  await expect(later.getByText('Finished', { exact: true }).first()).toBeVisible();
  const words = (await later.getByRole('log').innerText()).match(/word\d+/g);
  expect(words).toEqual(Array.from({ length: 200 }, (_, at) => `word${at + 1}`));

  await test.step('nothing is asked once no agent works, and nothing is left', async () => {
    const exit = exitOf(again);
    await quit(again);
    expect(await exit).toBe(0);
    await expect.poll(() => markedProcesses(id)).toEqual([]);
  });
});

test('the setting decides what the question offers first; stopping everything leaves no process', async () => {
  const { app, page, id } = await working(await setUp(), 'hang');
  await page.getByRole('button', { name: 'Settings' }).click();
  const settings = await shownWindow(app, 'settings');
  await settings.getByRole('button', { name: 'General' }).click();
  const keep = settings.getByRole('switch', { name: 'Keep agents running when Paseo quits' });
  await expect(keep).toBeChecked();
  await keep.click();
  await expect(keep).not.toBeChecked();
  await screenshot(settings, 'desktop-settings-general');
  await settings.emulateMedia({ colorScheme: 'dark' });
  await screenshot(settings, 'desktop-settings-general-dark');
  const exit = exitOf(app);
  await quit(app);
  await answerQuestion('Return');
  expect(await exit).toBe(0);
  expect(await markedProcesses(id)).toEqual([]);
});

for (const keepRunning of [true, false]) {
  test(`a signal asks nothing and does as the setting says: agents ${keepRunning ? 'go on' : 'are stopped'}`, async () => {
    const { app, id } = await working(await setUp({ keepRunning }), 'hang');
    const exit = exitOf(app);
    app.process().kill('SIGTERM');
    expect(await exit).toBe(0);
    expect((await markedProcesses(id)).length > 0).toBe(keepRunning);
  });
}
