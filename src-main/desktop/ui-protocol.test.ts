import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { uiProtocol } from './ui-protocol.ts';

let folder: string;
let answer: (request: Request) => Promise<Response>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-ui-'));
  await mkdir(join(folder, 'ui', 'assets'), { recursive: true });
  await writeFile(join(folder, 'ui', 'agents.html'), '<p>page</p>');
  await writeFile(join(folder, 'ui', 'assets', 'a.js'), 'let a');
  await writeFile(join(folder, 'secret.txt'), 'secret');
  await symlink(join(folder, 'secret.txt'), join(folder, 'ui', 'link.txt'));
  answer = uiProtocol(join(folder, 'ui'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('uiProtocol', () => {
  test('serves pages and scripts with the policy', async () => {
    const page = await answer(new Request('paseo-app://ui/agents.html'));
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none'; script-src 'self';/);
    expect(await page.text()).toBe('<p>page</p>');
    expect((await answer(new Request('paseo-app://ui/assets/a.js?x=1'))).headers.get('content-type')).toMatch(
      /javascript/,
    );
  });

  test.each([
    'paseo-app://ui/../secret.txt',
    'paseo-app://ui/%2e%2e/secret.txt',
    'paseo-app://ui/..%2fsecret.txt',
    'paseo-app://ui/assets/..%5c..%5c..%5csecret.txt',
    'paseo-app://ui/agents.html%00.txt',
    'paseo-app://ui//etc/passwd',
    'paseo-app://ui/link.txt',
    'paseo-app://ui/assets',
    'paseo-app://ui/',
  ])('finds nothing at %s', async (url) => {
    expect((await answer(new Request(url))).status).toBe(404);
  });

  test('refuses other hosts, other schemes and everything but GET', async () => {
    expect((await answer(new Request('paseo-app://other/agents.html'))).status).toBe(403);
    expect((await answer(new Request('https://ui/agents.html'))).status).toBe(403);
    expect((await answer(new Request('paseo-app://ui/agents.html', { method: 'POST', body: 'x' }))).status).toBe(403);
  });
});
