import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright';
import type { Browser, Page } from 'playwright';
import { build } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KnownDaemon } from '../../../src-shared/client/known-daemon.ts';
import type { OutboxItem } from '../../../src-shared/client/outbox-store.ts';
import type { PhoneStorage } from './phone-storage.ts';

/** Put there by the page that this test builds. */
declare const storage: Promise<PhoneStorage>;

const BROWSER = '/usr/bin/chromium';
const DAEMON = 'abcdefghijklmnop';
const record: KnownDaemon = {
  format: 'paseo-known-daemon',
  version: 1,
  id: DAEMON,
  name: 'Studio',
  daemonKey: 'A'.repeat(43),
  deviceSecret: 'A'.repeat(43),
  psk: 'A'.repeat(43),
  deviceId: 'abcdefgh',
  role: 'full',
  routes: { version: 1, relays: [], direct: [] },
  pairedAt: '2026-01-01T10:00:00.000Z',
};
const command = (n: number): OutboxItem => ({
  n,
  method: 'agent.cancel',
  params: { agentId: 'abcdefgh' },
  createdAt: '2026-01-01T10:00:00.000Z',
  failed: null,
});

// IndexedDB and tabs exist in browsers only; where there is none, the end-to-end tests are what is left.
describe.skipIf(!existsSync(BROWSER))('the storage of the phone app, in a real browser', () => {
  let folder: string;
  let server: Server;
  let browser: Browser;
  let address: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'paseo-storage-'));
    const module = fileURLToPath(new URL('phone-storage.ts', import.meta.url));
    await writeFile(
      join(folder, 'page.ts'),
      `import { openStorage } from ${JSON.stringify(module)};\nglobalThis.storage = openStorage();\n`,
    );
    await build({
      configFile: false,
      root: folder,
      logLevel: 'error',
      build: { rolldownOptions: { input: join(folder, 'page.ts'), output: { entryFileNames: 'page.js' } } },
    });
    const script = await readFile(join(folder, 'dist/page.js'));
    server = createServer((request, response) => {
      const wanted = request.url === '/page.js';
      response.setHeader('Content-Type', wanted ? 'text/javascript' : 'text/html');
      response.end(wanted ? script : '<!doctype html><script type="module" src="/page.js"></script>');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  }, 60_000);

  afterEach(async () => {
    for (const context of browser.contexts()) await context.close();
  });

  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  const opened = async (page: Page) => {
    await page.goto(address);
    await page.waitForFunction(() => 'storage' in globalThis);
    return page;
  };
  const load = (page: Page) => page.evaluate(async (id) => (await storage).outbox(id).load(), DAEMON);
  /** Loads and stores commands in one go, as the client of one page does. */
  const write = (page: Page, items: OutboxItem[]) =>
    page.evaluate(
      async ({ id, commands }) => {
        const outbox = (await storage).outbox(id);
        const state = await outbox.load();
        for (const item of commands) await outbox.put(item);
        return state.instance;
      },
      { id: DAEMON, commands: items },
    );

  it('keeps daemons over a reload, forgets them on request, and overlooks damaged records', async () => {
    const page = await opened(await (await browser.newContext()).newPage());
    await page.evaluate(async (known) => (await storage).daemons.put(known), record);
    await page.evaluate(async () => {
      const damaged: unknown = { id: 'zzzzzzzzzzzzzzzz', name: 7 };
      await (await storage).daemons.put(damaged as KnownDaemon);
    });
    await opened(page);
    expect(await page.evaluate(async () => (await storage).daemons.list())).toEqual([record]);
    await page.evaluate(async (id) => (await storage).forget(id), DAEMON);
    expect(await page.evaluate(async (id) => (await storage).daemons.get(id), DAEMON)).toBeNull();
  });

  it('keeps the newest agents of a daemon until the daemon is forgotten', async () => {
    const page = await opened(await (await browser.newContext()).newPage());
    const agents = Array.from({ length: 201 }, (_, at) => ({
      ...{ id: 'abcdefgh', provider: 'fake', providerLabel: 'Fake', title: `Agent ${at}`, cwd: '/work' },
      ...{
        state: 'finished' as const,
        error: null,
        pending: [],
        questions: [],
        queued: 0,
        archived: false,
        logId: 'abcdefghijklmnop',
        lastSeq: 1,
      },
      ...{ createdAt: record.pairedAt, updatedAt: new Date(Date.parse(record.pairedAt) + at * 1000).toISOString() },
    }));
    const kept = { at: record.pairedAt, agents };
    const put = () => page.evaluate(async (all) => (await storage).agents.put(all.id, all.kept), { id: DAEMON, kept });
    const get = () => page.evaluate(async (id) => (await storage).agents.get(id), DAEMON);
    await put();
    expect(await get()).toBeNull();
    await page.evaluate(async (known) => (await storage).daemons.put(known), record);
    await put();
    const titles = (await get())?.agents.map(({ title }) => title);
    expect(titles).toHaveLength(200);
    expect(titles?.[0]).toBe('Agent 200');
    await page.evaluate(async (id) => (await storage).forget(id), DAEMON);
    expect(await get()).toBeNull();
  });

  it('gives a reloaded tab its instance, counter and waiting commands back', async () => {
    const page = await opened(await (await browser.newContext()).newPage());
    const instance = await write(page, [command(1), command(2)]);
    await opened(page);
    expect(await load(page)).toEqual({ instance, lastCounter: 2, items: [command(1), command(2)] });
  });

  it('gives a second tab its own instance, and the commands of a closed tab to the next one', async () => {
    const context = await browser.newContext();
    const first = await opened(await context.newPage());
    const firstInstance = await write(first, [command(1)]);
    const second = await opened(await context.newPage());
    expect((await load(second)).instance).not.toBe(firstInstance);
    await first.close();
    const third = await opened(await context.newPage());
    expect(await load(third)).toEqual({ instance: firstInstance, lastCounter: 1, items: [command(1)] });
  });

  it('lets two tabs that open together never share an instance', async () => {
    const context = await browser.newContext();
    const old = await opened(await context.newPage());
    await write(old, [command(1)]);
    await old.close();
    const pages = await Promise.all([1, 2].map(async () => opened(await context.newPage())));
    const states = await Promise.all(pages.map(load));
    expect(new Set(states.map((state) => state.instance)).size).toBe(2);
    expect(states.flatMap((state) => state.items)).toEqual([command(1)]);
  });

  it('refuses to write for a tab whose place was taken', async () => {
    const context = await browser.newContext();
    const page = await opened(await context.newPage());
    const refused = await page.evaluate(
      async ({ id, item }) => {
        const outbox = (await storage).outbox(id);
        await outbox.load();
        await (await storage).forget(id);
        return outbox.put(item).then(
          () => 'stored',
          (error: unknown) => (error instanceof Error ? error.message : ''),
        );
      },
      { id: DAEMON, item: command(1) },
    );
    expect(refused).toContain('Reload this tab');
  });
});
