import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';

/** Saves what a window or phone shows as `screenshots/<name>.png` (a folder that git ignores) and returns the PNG. */
export function screenshot(page: Page, name: string): Promise<Buffer> {
  return page.screenshot({ path: fileURLToPath(new URL(`../../screenshots/${name}.png`, import.meta.url)) });
}
