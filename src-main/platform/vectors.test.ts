import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { runVectorCommand } from './vector-command.ts';

/** Public vectors live beside the checkout and are read in place, never copied. */
const publicVectors = fileURLToPath(new URL('../../../shared/vectors/noise-25519-aesgcm-sha256.json', import.meta.url));
const extraVectors = fileURLToPath(new URL('../../src-shared/noise/fixtures/noise-extra-aesgcm.json', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'paseo-vectors-'));
afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const code = runVectorCommand(args, folder, { out: (line) => out.push(line), err: (line) => err.push(line) });
  return { code, out, err, last: out.at(-1) };
}

function runText(text: string) {
  writeFileSync(join(folder, 'vectors.json'), text);
  return run('vectors.json');
}

describe('public Noise vectors', () => {
  const present = existsSync(publicVectors);
  it.skipIf(!present)(
    `pass on both back-ends, byte for byte${present ? '' : ' (skipped: no vectors beside the checkout)'}`,
    () => {
      const count = (JSON.parse(readFileSync(publicVectors, 'utf8')) as unknown[]).length;
      expect(run(publicVectors)).toMatchObject({ code: 0, last: `${2 * count} passed, 0 failed` });
    },
  );

  it.skipIf(!present)('fail when one byte of a ciphertext, a hash or a key is changed', () => {
    const text = readFileSync(publicVectors, 'utf8');
    const [vector] = JSON.parse(text) as [Record<string, unknown> & { messages: { ciphertext: string }[] }];
    const broken = (change: (copy: typeof vector) => void) => {
      const copy = structuredClone(vector);
      change(copy);
      return runText(JSON.stringify([copy])).last;
    };
    expect(broken(() => {})).toBe('2 passed, 0 failed');
    for (const index of vector.messages.keys())
      expect(broken((copy) => (copy.messages[index]!.ciphertext = flipped(copy.messages[index]!.ciphertext)))).toBe(
        '0 passed, 2 failed',
      );
    expect(broken((copy) => (copy['handshake_hash'] = '00'.repeat(32)))).toBe('0 passed, 2 failed');
    expect(broken((copy) => (copy['init_prologue'] = 'ff'))).toBe('0 passed, 2 failed');
    expect(broken((copy) => (copy['protocol_name'] = 'Noise_NN_448_AESGCM_SHA256'))).toBe('0 passed, 2 failed');
  });
});

describe('extra vectors (REKEY, boundary nonces, low-order keys)', () => {
  it('pass on both back-ends', () => {
    expect(run(extraVectors)).toMatchObject({ code: 0, last: '48 passed, 0 failed' });
  });

  it('fail when a value is changed', () => {
    const text = readFileSync(extraVectors, 'utf8');
    expect(runText(text.replace('bf664a26', 'bf664a27'))).toMatchObject({ code: 1, last: '46 passed, 2 failed' });
    expect(runText(text.replace('ecffffff', 'e1ffffff'))).toMatchObject({ code: 1, last: '46 passed, 2 failed' });
  });
});

describe('the vectors command', () => {
  it('says what is wrong with a file it cannot use and exits 2', () => {
    expect(run('missing.json').err[0]).toMatch(/cannot use .*missing\.json.*ENOENT/);
    expect(runText('[').err[0]).toContain('it is not JSON');
    expect(runText('[]').err[0]).toContain('it holds no vectors');
    expect(runText('{}').err[0]).toContain('neither a list');
    expect(runText('[{"messages":[{"payload":"","ciphertext":""}]}]').err[0]).toContain('0: has no protocol_name');
    expect(runText('[{"protocol_name":"x","messages":[{"payload":"0","ciphertext":""}]}]').err[0]).toContain(
      '0.messages.0.payload: is not hexadecimal',
    );
    for (const text of ['[', '[]', '{}']) expect(runText(text)).toMatchObject({ code: 2, out: [] });
  });

  it('exits 2 with its usage when it gets no file or too many', () => {
    expect(run()).toMatchObject({ code: 2, out: [] });
    expect(run('a', 'b').err[0]).toContain('usage');
  });
});

function flipped(hex: string): string {
  return hex.slice(0, -1) + (hex.endsWith('0') ? '1' : '0');
}
