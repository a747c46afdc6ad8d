import { existsSync } from 'node:fs';
import { defineConfig } from '@playwright/test';

/** A Chromium of the system: Playwright's own cannot be downloaded everywhere. */
const chromium = [
  process.env['PASEO_CHROMIUM'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
]
  .filter((file) => file !== undefined)
  .find((file) => existsSync(file));

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.spec.ts',
  outputDir: '../.cache/e2e-results',
  forbidOnly: true,
  retries: 0,
  // The tests share one screen, and time what they see.
  workers: 1,
  timeout: 180_000,
  expect: { timeout: 20_000 },
  use: {
    launchOptions: {
      ...(chromium === undefined ? {} : { executablePath: chromium }),
      chromiumSandbox: process.getuid?.() !== 0,
      args: ['--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
    },
  },
});
