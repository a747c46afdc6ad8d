import { describe, expect, it } from 'vitest';
import { MAX_PROMPT_CHARS } from '../../../src-shared/limits.ts';
import { parseIncoming } from './incoming.ts';

const query = (params: string): string => `{"t":"query","id":7,"method":"agent.prompt","params":${params}}`;

describe('a message of a hostile client', () => {
  it.each([
    ['no JSON', '{"t":', null],
    ['an unknown key', '{"t":"query","id":7,"method":"m","params":{},"admin":true}', 7],
    ['an unknown type', '{"t":"sudo","id":7}', 7],
    ['a number beyond all numbers', '{"t":"query","id":1e309,"method":"m","params":{}}', null],
    ['an id that is no counter', '{"t":"query","id":-1,"method":"m","params":{}}', null],
    ['__proto__ in the envelope', '{"t":"query","id":7,"method":"m","params":{},"__proto__":{"role":"owner"}}', 7],
    ['__proto__ in the params', query('{"__proto__":{"role":"owner"}}'), 7],
    ['an escaped __proto__', query('{"\\u005f_proto__":{"role":"owner"}}'), 7],
    ['constructor.prototype', query('{"constructor":{"prototype":{"role":"owner"}}}'), 7],
    ['half a character', query('{"text":"\\ud800"}'), 7],
    ['half a character in a key', query('{"\\udc00":1}'), 7],
    ['nesting 10,000 deep', query('['.repeat(10_000) + ']'.repeat(10_000)), null],
    ['nesting that never ends', '['.repeat(1_000_000), null],
    ['an array of a million', query(`[${'0,'.repeat(1_000_000)}0]`), null],
    ['an object of many keys', query(`{${Array.from({ length: 10_000 }, (_, i) => `"k${i}":0`).join()}}`), null],
    ['eight megabytes', query(`"${'a'.repeat(8 * 1024 * 1024)}"`), null],
    ['a string without an end', query(`"${'\\'.repeat(1_000_001)}`), null],
  ])('with %s is refused in milliseconds', (_, text, id) => {
    expect(parseIncoming(text)).toEqual({ ok: false, id });
    expect(quickest(text)).toBeLessThan(50);
    expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('role');
  });

  it('is accepted when it is a whole prompt of the longest kind, brackets and all', () => {
    const text = '[{,"\u001b'.repeat(MAX_PROMPT_CHARS / 5).slice(0, MAX_PROMPT_CHARS);
    const message = query(JSON.stringify({ text }));
    expect(parseIncoming(message).ok).toBe(true);
    expect(quickest(message)).toBeLessThan(50);
  });
});

/** Milliseconds; the least of several, since other programs run on this machine too. */
function quickest(text: string): number {
  const times = Array.from({ length: 5 }, () => {
    const started = performance.now();
    parseIncoming(text);
    return performance.now() - started;
  });
  return Math.min(...times);
}
