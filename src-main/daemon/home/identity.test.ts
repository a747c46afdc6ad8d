import { chmod, mkdtemp, readFile, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toBase64url } from '../../../src-shared/bytes.ts';
import { createNodeProvider } from '../../platform/node-crypto.ts';
import { loadIdentity } from './identity.ts';
import { openHome } from './paseo-home.ts';
import type { PaseoHome } from './paseo-home.ts';

const provider = createNodeProvider();
const another = (digit: string): string => (digit === 'A' ? 'B' : 'A');
let home: PaseoHome;
beforeEach(async () => {
  home = await openHome(await mkdtemp(join(tmpdir(), 'paseo-identity-')));
});
afterEach(() => rm(home.path, { recursive: true, force: true }));

test('makes keys at the first start and keeps them', async () => {
  const first = await loadIdentity(home, provider);
  const second = await loadIdentity(home, provider);
  expect(second.staticKeyPair.publicKey).toEqual(first.staticKeyPair.publicKey);
  expect(second.staticKeyPair.secretKey).toEqual(first.staticKeyPair.secretKey);
  expect(second.deviceSession.secretKey).toEqual(first.deviceSession.secretKey);
  expect(first.fingerprint).toMatch(/^([0-9a-f]{4} ){7}[0-9a-f]{4}$/);
  expect(second.fingerprint).toBe(first.fingerprint);
  expect(Buffer.from(provider.publicKey(first.staticKeyPair.secretKey))).toEqual(
    Buffer.from(first.staticKeyPair.publicKey),
  );
});

test('two homes have different keys', async () => {
  const other = await openHome(join(home.path, 'other'));
  const [one, two] = await Promise.all([loadIdentity(home, provider), loadIdentity(other, provider)]);
  expect(two.fingerprint).not.toBe(one.fingerprint);
});

test('a first start that died between the keys makes what is missing', async () => {
  const { fingerprint } = await loadIdentity(home, provider);
  const marker = home.file('paseo-home.json');
  await writeFile(marker, (await readFile(marker, 'utf8')).replace('made', 'pending'));
  await unlink(home.file('device-session.json'));
  expect((await loadIdentity(home, provider)).fingerprint).toBe(fingerprint);
});

test('keys do not show in logs', async () => {
  const identity = await loadIdentity(home, provider);
  for (const shown of [inspect(identity, { depth: 9, showHidden: true }), JSON.stringify(identity)]) {
    expect(shown).toContain('[redacted]');
    expect(shown).not.toContain(toBase64url(identity.staticKeyPair.secretKey));
    expect(shown).not.toContain(String(identity.staticKeyPair.secretKey[0]).padStart(3, '0') + ', ');
  }
});

describe.each(['daemon-keypair.json', 'device-session.json'])('%s', (name) => {
  let path: string;
  let whole: string;
  beforeEach(async () => {
    await loadIdentity(home, provider);
    path = home.file(name);
    whole = await readFile(path, 'utf8');
  });
  const refused = () =>
    loadIdentity(home, provider).then(
      () => 'loaded',
      (error: { code?: unknown }) => error.code,
    );

  test('is private', async () => {
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('is never made anew when it is gone', async () => {
    await unlink(path);
    await expect(loadIdentity(home, provider)).rejects.toMatchObject({
      code: 'missing_key',
      message: expect.stringContaining('backup'),
    });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each<[string, (text: string) => string]>([
    ['empty', () => ''],
    ['cut', (text) => text.slice(0, -20)],
    ['of another kind', (text) => text.replace(/"format": "[^"]+"/, '"format": "paseo-home"')],
    ['of another version', (text) => text.replace('"version": 1', '"version": 2')],
    ['with a public key that is not its own', (text) => text.replace(/(?<="publicKey": ")./, another)],
    ['with a key too short', (text) => text.replace(/"secretKey": "..../, '"secretKey": "')],
    ['with more in it', (text) => text.replace('{', '{"extra": 1,')],
  ])('is refused and left alone when it is %s', async (_what, damage) => {
    await writeFile(path, damage(whole));
    expect(await refused()).toBe('corrupt');
    expect(await readFile(path, 'utf8')).toBe(damage(whole));
    const message = await loadIdentity(home, provider).catch((error: Error) => error.message);
    expect(message).toContain('backup');
    expect(message).not.toContain(/"secretKey": "([^"]+)/.exec(whole)![1]);
  });

  test('is refused when others can read it', async () => {
    await chmod(path, 0o640);
    expect(await refused()).toBe('too_open');
  });

  test('is refused when it is a link', async () => {
    await unlink(path);
    await writeFile(join(home.path, 'elsewhere'), whole, { mode: 0o600 });
    await symlink(join(home.path, 'elsewhere'), path);
    expect(await refused()).toBe('not_regular');
  });
});
