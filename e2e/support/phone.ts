import { type Browser, type BrowserContext, expect, type Page } from '@playwright/test';
import type { PhoneDaemon } from './phone-daemon.ts';
import { screenshot } from './screenshot.ts';

/** A browser of a phone's size. Breaches of the page's own policy and uncaught errors, which no test may cause, are in `faults`. */
export class Phone {
  readonly context: BrowserContext;
  readonly faults: string[] = [];

  static async open(browser: Browser): Promise<Phone> {
    const viewport = { width: 360, height: 740 };
    return new Phone(await browser.newContext({ viewport, hasTouch: true, isMobile: true }));
  }

  private constructor(context: BrowserContext) {
    this.context = context;
    context.on('weberror', (error) => this.faults.push(error.error().message));
    context.on('console', (message) => {
      if (/Content Security Policy|securitypolicy/i.test(message.text())) this.faults.push(message.text());
    });
  }

  async tab(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(`securitypolicy: ${event.violatedDirective} ${event.blockedURI}`),
      ),
    );
    await page.goto(url);
    return page;
  }

  /** Pairs without anybody at the computer and shows the agents. */
  async pair({ daemon }: PhoneDaemon): Promise<Page> {
    const page = await this.tab(daemon.createOffer(null).url);
    await page.getByRole('button', { name: 'Show agents' }).click();
    await expect(page.getByRole('button', { name: 'Direct, Connected' })).toBeVisible();
    return page;
  }

  async close(): Promise<void> {
    await this.context.close();
    expect(this.faults).toEqual([]);
  }
}

/** Saves a view in light and in dark, and sees that nothing of it is wider than the phone. */
export async function showView(page: Page, name: string): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    await screenshot(page, `phone-${name}-${colorScheme}`);
  }
  await expectNoSidewaysScroll(page);
}

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const wide = await page.evaluate(() =>
    [document.scrollingElement, ...document.querySelectorAll('.page, .page-main, .screen, [role=log]')]
      .filter((element) => element !== null)
      .filter((element) => element.scrollWidth > Math.min(element.clientWidth, 360))
      .map((element) => element.className || element.tagName),
  );
  expect(wide).toEqual([]);
}

/** Starts the fake agent in the folder that is offered first, which is the workspace of the test. */
export async function startAgent(page: Page, message: string): Promise<void> {
  await page.getByRole('button', { name: 'Start agent' }).click();
  await page.getByLabel('First message').fill(message);
  await page.getByRole('button', { name: 'Start agent' }).click();
}

export async function sendMessage(page: Page, text: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.getByRole('button', { name: 'Send' }).click();
}
