import { mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@playwright/test';
import { parseOfferLink } from '../src-shared/offer.ts';
import { ModelServer } from './model-server/model-server.ts';
import { openCode } from './agents/agent-program.ts';
import { installProgram } from './agents/programs.ts';
import { endAgentProcesses } from './support/agent-processes.ts';
import { writeConfig } from './support/daemon-home.ts';
import { appHome, launchApp, shownWindow } from './support/desktop-app.ts';
import { phonePrivateKey, phoneTranscript } from './support/phone-transcript.ts';
import { readQrCode } from './support/qr.ts';
import { RelayProcess } from './support/relay-process.ts';
import { relaySecrets } from './support/relay-secrets.ts';
import { RelayTap } from './support/relay-tap.ts';
import { screenshot } from './support/screenshot.ts';
import { StaticCopy } from './support/static-copy.ts';
import { onlyTimeline } from './support/timeline-file.ts';

const PROMPT = 'Please write the file plan.txt. prompt-canary-7f3a';
const CONTENT = 'Written from the phone. content-canary-b81c\n';
const FOLLOW_UP = 'Now tell me a long story. prompt-canary-02d9';
const STORY = 'story-canary-55ce';

const program = await installProgram('opencode');
test.skip(program === null, 'real OpenCode: the package registry cannot be reached');

const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

test('from the tray app over an untrusted relay to the phone and back, with nothing lost', async ({ browser }) => {
  const root = await realpath(await mkdtemp(join(tmpdir(), 'paseo-main-')));
  const home = appHome(root);
  cleanUp.push(async () => {
    await endAgentProcesses(home);
    await rm(root, { recursive: true, force: true });
  });
  const project = join(root, 'project');
  await mkdir(project);

  const model = await ModelServer.start();
  cleanUp.push(() => model.stop());
  const copy = new StaticCopy(join(import.meta.dirname, '../dist/phone'));
  const baseUrl = await copy.start();
  cleanUp.push(() => copy.stop());
  const tap = new RelayTap(0);
  const tapPort = await tap.start();
  cleanUp.push(() => tap.stop());
  const names = [`127.0.0.1:${tapPort}`];
  const logs: RelayProcess[] = [];
  const relayLog = () => logs.map(({ log }) => log).join('');
  let relay = await RelayProcess.start({ names, port: 0 });
  logs.push(relay);
  cleanUp.push(() => relay.kill());
  tap.retarget(relay.port);

  // A Unix socket alone: no network at all but the relay, so that nothing can go around it.
  await writeConfig(home, {
    daemon: { listen: join(root, 'own.sock'), relay: { endpoint: `127.0.0.1:${tapPort}`, useTls: false } },
    app: { baseUrl },
    agents: { providers: { opencode: { command: program, env: await openCode.prepare(root, model, project) } } },
  });
  const app = await launchApp(root, {
    HOME: root,
    XDG_CONFIG_HOME: join(root, '.config'),
  });
  cleanUp.push(() => app.close());

  const main = await shownWindow(app, 'agents');
  await expect(main.getByRole('button', { name: 'Pair phone' })).toBeVisible();
  await screenshot(main, 'desktop-first-start');
  await main.getByRole('button', { name: 'Pair phone' }).click();
  const pairing = await shownWindow(app, 'pairing');
  await pairing.getByRole('button', { name: 'Show anyway' }).click();
  await expect(pairing.getByRole('img', { name: 'QR code' })).toBeVisible();
  const picture = await screenshot(pairing, 'desktop-pairing-code');

  const context = await browser.newContext({ viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true });
  cleanUp.push(() => context.close());
  const phone = await context.newPage();
  const link = await readQrCode(phone, picture);
  expect(link.startsWith(`${baseUrl}/#offer=`)).toBe(true);
  await phone.goto(link);
  const digits = phone.getByRole('img', { name: /^Digits/ });
  const shown = await digits.getAttribute('aria-label');
  expect(phone.url()).not.toContain('offer');
  await screenshot(phone, 'phone-digits');
  await expect(pairing.getByRole('img', { name: shown ?? '' })).toBeVisible();
  await screenshot(pairing, 'desktop-pairing-digits');
  await pairing.getByRole('button', { name: 'Confirm' }).click();
  await expect(phone.getByText(/^Paired with/)).toBeVisible();
  await screenshot(phone, 'phone-paired');
  await screenshot(pairing, 'desktop-paired');
  await phone.getByRole('button', { name: 'Show agents' }).click();
  await expect(phone.getByText('No agents yet')).toBeVisible();
  await screenshot(phone, 'phone-no-agents');

  await test.step('start OpenCode, allow what it asks, see the file written', async () => {
    const target = join(project, 'plan.txt');
    model.script(
      { tool: 'write', input: { filePath: target, content: CONTENT }, text: 'I will write the plan. ' },
      { text: 'The plan is written.' },
    );
    await phone.getByRole('button', { name: 'Start agent' }).click();
    await phone.getByRole('button', { name: 'project' }).click();
    await phone.getByLabel('First message').fill(PROMPT);
    await screenshot(phone, 'phone-start-agent');
    await phone.getByRole('button', { name: 'Start agent' }).click();
    await expect(phone.getByRole('button', { name: 'Allow once' })).toBeVisible({ timeout: 60_000 });
    await screenshot(phone, 'phone-permission');
    await main
      .getByRole('button', { name: /project|plan/i })
      .first()
      .click();
    await expect(main.getByRole('button', { name: 'Allow once' })).toBeVisible();
    await screenshot(main, 'desktop-permission');
    await expect(readFile(target)).rejects.toThrow('ENOENT');
    await phone.getByRole('button', { name: 'Allow once' }).click();
    await expect(phone.getByText('The plan is written.')).toBeVisible({ timeout: 30_000 });
    expect(await readFile(target, 'utf8')).toBe(CONTENT);
    await screenshot(phone, 'phone-finished');
  });

  await test.step('the relay dies in the middle of a streamed turn and comes back', async () => {
    const story = model.hold();
    model.script({ stream: story });
    await phone.getByRole('textbox').fill(FOLLOW_UP);
    await phone.getByRole('button', { name: 'Send' }).click();
    await story.started;
    story.send('Once upon a time ');
    await expect(phone.getByText('Once upon a time')).toBeVisible();
    await relay.kill();
    await expect(phone.getByText('Your computer cannot be reached')).toBeVisible();
    await screenshot(phone, 'phone-offline');
    story.send(`there was a ${STORY} that `);
    await expect(main.getByText(STORY)).toBeVisible();
    relay = await RelayProcess.start({ names, port: 0 });
    logs.push(relay);
    tap.retarget(relay.port);
    story.send('nobody lost.');
    story.end();
    await expect(phone.getByText(`there was a ${STORY} that nobody lost.`)).toBeVisible({ timeout: 45_000 });
    await expect(phone.getByText('Finished')).toBeVisible();
    await screenshot(phone, 'phone-after-relay');
  });

  await test.step('the transcript on the phone is the daemon’s timeline, entry by entry', async () => {
    const timeline = await onlyTimeline(home);
    expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1));
    expect(timeline.filter(({ body }) => body.kind === 'turn-end')).toHaveLength(2);
    const onPhone = await phoneTranscript(phone);
    for (const [index, entry] of timeline.entries()) expect(onPhone[index]).toEqual(entry);
    expect(onPhone).toHaveLength(timeline.length);
  });

  await test.step('what the relay saw holds none of it', async () => {
    const seen = tap.transcript();
    expect(seen.length).toBeGreaterThan(20_000);
    expect(seen.includes('"t":"join"')).toBe(true);
    const texts = { prompt: PROMPT, 'follow-up': FOLLOW_UP, content: CONTENT.trim(), story: STORY, file: 'plan.txt' };
    const offer = parseOfferLink(link, 0);
    const keys = { 'offer secret': offer.secret, 'key of the phone': await phonePrivateKey(phone) };
    const secrets = await relaySecrets(home, texts, keys);
    expect(secrets.size).toBeGreaterThan(20);
    for (const [name, needle] of secrets) expect(seen.includes(needle), `the relay saw: ${name}`).toBe(false);
  });

  await test.step('what the relay wrote down names nobody', () => {
    const sessionIds = parseOfferLink(link, 0).relays.map(({ sessionId }) => sessionId);
    expect(sessionIds).toHaveLength(1);
    expect(relayLog()).toContain('Session claimed');
    for (const secret of [...sessionIds, '"token"']) expect(relayLog()).not.toContain(secret);
  });
});
