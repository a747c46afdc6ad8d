import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, expect, test } from '@playwright/test';
import { attack, HostileSite } from './support/hostile-page.ts';
import { PhoneDaemon } from './support/phone-daemon.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
test.afterEach(async () => {
  for (const step of cleanUp.splice(0).toReversed()) await step();
});

const MAP = '--host-resolver-rules=MAP evil.test 127.0.0.1';
// Newer Chromium keeps pages from the local network by itself; other browsers do not, so the daemon must hold without that.
const OPEN =
  '--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,LocalNetworkAccessChecksWebSockets';

for (const [browserIs, args] of [
  ['guards the local network', [MAP]],
  ['does not guard the local network', [MAP, OPEN]],
] as const) {
  test(`a hostile page gets nothing in a browser that ${browserIs}`, async ({ launchOptions }) => {
    const computer = await PhoneDaemon.start();
    cleanUp.push(() => computer.remove());
    const site = new HostileSite();
    const sitePort = await site.start();
    cleanUp.push(() => site.stop());
    const browser = await chromium.launch({ ...launchOptions, args: [...(launchOptions.args ?? []), ...args] });
    cleanUp.push(() => browser.close());
    const port = new URL(computer.origin).port;
    const page = await browser.newPage();
    let sockets = 0;
    page.on('websocket', (socket) => socket.on('framereceived', () => sockets++));

    // The name is bound to this machine: the page's own site and the daemon are then one host on two ports.
    await page.goto(`http://evil.test:${sitePort}/`);
    const own = await page.evaluate(attack, `http://evil.test:${sitePort}`);
    const got = (way: string) => own.find((attempt) => attempt.way === way)?.got;
    expect(got('fetch /'), 'the attempts work where they are let').toContain('status 200');
    expect(got('script')).toBe('a loaded script');
    for (const target of [`http://evil.test:${port}`, `http://127.0.0.1:${port}`]) {
      const attempts = await page.evaluate(attack, target);
      expect(attempts.length).toBeGreaterThan(10);
      // An image or a script carries no Origin, and nothing of it can be read; the daemon's headers keep it out all the same.
      for (const { way, got } of attempts) expect(got, `${way} at ${target}`).toBe('nothing');
    }

    // Rebound: the page itself now comes from the daemon's port, so for the browser all of it is one origin.
    const rebound = await page.goto(`http://evil.test:${port}/`);
    expect(rebound?.status()).toBe(403);
    const attempts = await page.evaluate(attack, `http://evil.test:${port}`);
    for (const { way, got } of attempts) expect(got, `${way} after rebinding`).toBe('nothing');

    expect(sockets).toBe(0);
    expect(computer.daemon.devices.get()).toEqual([]);
    const log = await readFile(join(computer.folder.home, 'daemon.log'), 'utf8');
    expect(log).toContain('refused a request for an unknown host');
    if (args.length > 1) expect(log).toContain('refused a request of a foreign web page');
  });
}
