import { join } from 'node:path';
import { type ElectronApplication, expect, type Page, test } from '@playwright/test';
import { testFolder, type TestFolder, writeConfig } from './support/daemon-home.ts';
import { appHome, freePort, launchApp, shownWindow } from './support/desktop-app.ts';

let folder: TestFolder;
let app: ElectronApplication;
let page: Page;
let port: number;

test.beforeAll(async () => {
  folder = await testFolder();
  const root = join(folder.home, '..');
  port = await freePort();
  await writeConfig(appHome(root), { daemon: { listen: `127.0.0.1:${port}`, relay: { embeddedPort: 0 } } });
  app = await launchApp(root);
  page = await shownWindow(app, 'agents');
  for (const [button, name] of [
    ['Settings', 'settings'],
    ['Pair phone', 'pairing'],
  ] as const) {
    await page.getByRole('button', { name: button }).first().click();
    await shownWindow(app, name);
  }
});
test.afterAll(async () => {
  await app.close();
  await folder.remove();
});

test('every page is isolated, sandboxed and without Node', async () => {
  const preferences = await app.evaluate(({ webContents }) =>
    webContents.getAllWebContents().map((contents) => {
      const { getLastWebPreferences } = contents as unknown as { getLastWebPreferences(): Record<string, unknown> };
      return getLastWebPreferences.call(contents);
    }),
  );
  expect(preferences).toHaveLength(3);
  for (const each of preferences) {
    expect(each).toMatchObject({
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      nodeIntegration: false,
      nodeIntegrationInSubFrames: false,
      webviewTag: false,
    });
    for (const name of [
      'nodeIntegrationInWorker',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'enableBlinkFeatures',
    ])
      expect(Boolean(each[name]), name).toBe(false);
  }
  const globals = await page.evaluate(() => ['require', 'process', 'module', 'ipcRenderer'].filter((n) => n in window));
  expect(globals).toEqual([]);
  expect(await page.evaluate(() => Object.keys(window.paseo ?? {}).toSorted())).toEqual(['invoke', 'on']);
});

test('an injected inline script does not run, and nothing is fetched from anywhere', async () => {
  const ran = await page.evaluate(async (daemonPort) => {
    const violations: string[] = [];
    const connectRefused = new Promise<void>((resolve) => {
      document.addEventListener('securitypolicyviolation', (event) => {
        violations.push(event.effectiveDirective);
        if (event.effectiveDirective === 'connect-src') resolve();
      });
    });
    const script = document.createElement('script');
    script.textContent = 'window.injected = true';
    document.body.append(script);
    const image = document.createElement('img');
    image.setAttribute('onerror', 'window.injected = true');
    const failed = new Promise((resolve) => image.addEventListener('error', resolve));
    image.src = `http://127.0.0.1:${daemonPort}/icon-192.png`;
    document.body.append(image);
    await failed;
    const fetched = await fetch(`http://127.0.0.1:${daemonPort}/health`).then(
      () => true,
      () => false,
    );
    await connectRefused;
    const frame = document.createElement('iframe');
    frame.src = 'https://example.com/';
    document.body.append(frame);
    let evaluated = true;
    try {
      // oxlint-disable-next-line no-eval
      (0, eval)('1');
    } catch {
      evaluated = false;
    }
    for (const element of [script, image, frame]) element.remove();
    return { injected: 'injected' in window, fetched, evaluated, violations };
  }, port);
  expect(ran).toMatchObject({ injected: false, fetched: false, evaluated: false });
  expect(ran.violations).toEqual(expect.arrayContaining(['script-src-elem', 'img-src', 'connect-src']));
});

test('a page can go nowhere and open nothing', async () => {
  const before = page.url();
  const windows = app.windows().length;
  await page.evaluate((daemonPort) => {
    for (const target of [`http://127.0.0.1:${daemonPort}/`, 'file:///etc/passwd', 'paseo-app://ui/settings.html']) {
      const link = document.createElement('a');
      link.href = target;
      document.body.append(link);
      link.click();
      link.remove();
    }
    location.href = 'https://example.com/';
    window.open('paseo-app://ui/agents.html');
    window.open('file:///etc/passwd');
  }, port);
  // A round trip through the page, and one through the main process: whatever was to happen has happened.
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  await app.evaluate(() => null);
  expect(page.url()).toBe(before);
  expect(app.windows()).toHaveLength(windows);
});

test('permissions are denied', async () => {
  const states = await page.evaluate(async () => {
    const names = ['notifications', 'geolocation', 'camera', 'microphone'] as PermissionName[];
    return Promise.all(names.map(async (name) => (await navigator.permissions.query({ name })).state));
  });
  expect(states).toEqual(['denied', 'denied', 'denied', 'denied']);
  const captured = await page.evaluate(() =>
    navigator.mediaDevices.getDisplayMedia({ video: true }).then(
      () => 'captured',
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    ),
  );
  expect(captured).not.toBe('captured');
  // Asking did not bring the app down either.
  expect(await app.evaluate(({ app: electron }) => electron.isReady())).toBe(true);
});

test('calls that are not in the contract, or not as agreed, are refused', async () => {
  const refusals = await page.evaluate(async () => {
    const api = window.paseo as unknown as { invoke(name: unknown, params: unknown): Promise<unknown> };
    const refusal = (name: unknown, params: unknown) =>
      api.invoke(name, params).then(
        () => 'answered',
        (error: unknown) => String(error),
      );
    return Promise.all([
      refusal('exec', null),
      refusal('__proto__', null),
      refusal('constructor', null),
      refusal('openWindow', { window: 'nowhere', agentId: null }),
      refusal('openWindow', { window: 'settings', agentId: null, extra: 1 }),
      refusal('changeSettings', { listen: ['not an address'] }),
      refusal('appState', {}),
      refusal('copyOffer', { offerId: 'f'.repeat(32) }),
    ]);
  });
  expect(refusals.slice(0, 3).every((text) => text.includes('There is no call'))).toBe(true);
  expect(refusals.slice(3, 7).every((text) => text.includes('are not as agreed'))).toBe(true);
  expect(refusals[7]).toContain('This code has expired');
});

test('a page from elsewhere is not heard, even with our own bridge', async () => {
  const answer = await app.evaluate(async ({ app: electron, BrowserWindow }) => {
    const window = new BrowserWindow({
      show: false,
      webPreferences: { preload: `${electron.getAppPath()}/dist/main/preload.cjs`, sandbox: true },
    });
    await window.loadURL('about:blank');
    const said = (await window.webContents.executeJavaScript(
      'window.paseo.invoke("settings", null).then(() => "answered", (error) => String(error))',
    )) as string;
    window.destroy();
    return said;
  });
  expect(answer).toContain('This page may not ask for that.');
});

test('a copied link is in the clipboard only while its code lives', async () => {
  const pairing = await shownWindow(app, 'pairing');
  const { offerId, url } = await pairing.evaluate(async () => {
    const offer = await window.paseo!.invoke('createOffer', null);
    await window.paseo!.invoke('copyOffer', { offerId: offer.offerId });
    return offer;
  });
  expect(await app.evaluate(({ clipboard }) => clipboard.readText())).toBe(url);
  await pairing.evaluate((id) => window.paseo!.invoke('cancelOffer', { offerId: id }), offerId);
  const again = await pairing.evaluate(
    (id) => window.paseo!.invoke('copyOffer', { offerId: id }).catch((error: unknown) => String(error)),
    offerId,
  );
  expect(again).toContain('This code has expired');
  await expect.poll(() => app.evaluate(({ clipboard }) => clipboard.readText())).toBe('');
});
