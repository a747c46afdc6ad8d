import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toHex, utf8 } from '../bytes.ts';
import { createNobleProvider } from '../crypto/noble-provider.ts';
import { CipherState } from './cipher-state.ts';

const EMPTY = new Uint8Array(0);
const KEY = new Uint8Array(32).fill(7);
const LAST = 2n ** 64n - 2n;

describe.each([createNodeProvider(), createNobleProvider()])('CipherState on $name', (provider) => {
  it('uses every counter up to 2^64-2 and then refuses, sending and receiving', async () => {
    const send = new CipherState(provider, KEY, LAST);
    const receive = new CipherState(provider, KEY, LAST);
    const message = send.encrypt(EMPTY, utf8('last'));
    expect(toHex(receive.decrypt(EMPTY, message))).toBe(toHex(utf8('last')));
    const exhausted = expect.objectContaining({ code: 'nonce_exhausted' });
    expect(() => send.encrypt(EMPTY, EMPTY)).toThrow(exhausted);
    expect(() => receive.decrypt(EMPTY, message)).toThrow(exhausted);
    await expect(send.encryptLarge(EMPTY, EMPTY)).rejects.toThrow(exhausted);
    await expect(receive.decryptLarge(EMPTY, message)).rejects.toThrow(exhausted);
  });

  it('keeps its counter when a message does not verify', () => {
    const message = new CipherState(provider, KEY).encrypt(EMPTY, utf8('x'));
    const receive = new CipherState(provider, KEY);
    expect(() => receive.decrypt(EMPTY, message.subarray(1))).toThrow(expect.objectContaining({ code: 'bad_tag' }));
    expect(receive.nonce).toBe(0n);
    expect(receive.decrypt(EMPTY, message)).toHaveLength(1);
    expect(() => receive.decrypt(EMPTY, message)).toThrow(expect.objectContaining({ code: 'bad_tag' }));
  });

  it('goes on counting after REKEY, with another key', () => {
    const [send, receive, unaware] = [0, 1, 2].map(() => new CipherState(provider, KEY)) as [
      CipherState,
      CipherState,
      CipherState,
    ];
    send.rekey();
    receive.rekey();
    const message = send.encrypt(EMPTY, utf8('x'));
    expect(() => unaware.decrypt(EMPTY, message)).toThrow(expect.objectContaining({ code: 'bad_tag' }));
    receive.decrypt(EMPTY, message);
    expect([send.nonce, receive.nonce]).toEqual([1n, 1n]);
  });

  it('takes counters at the call, so that large messages may overlap with a REKEY between them', async () => {
    const [send, receive] = [new CipherState(provider, KEY), new CipherState(provider, KEY)];
    const big = new Uint8Array(10_000).fill(1);
    const first = send.encryptLarge(EMPTY, big);
    send.rekey();
    const second = send.encryptLarge(EMPTY, big);
    const opened = [receive.decryptLarge(EMPTY, await first)];
    receive.rekey();
    opened.push(receive.decryptLarge(EMPTY, await second));
    for (const plaintext of await Promise.all(opened)) expect(toHex(plaintext)).toBe(toHex(big));
  });

  it('does nothing after it was destroyed', () => {
    const cipher = new CipherState(provider, KEY);
    cipher.destroy();
    cipher.destroy();
    const destroyed = expect.objectContaining({ code: 'destroyed' });
    expect(() => cipher.encrypt(EMPTY, EMPTY)).toThrow(destroyed);
    expect(() => cipher.rekey()).toThrow(destroyed);
    expect(KEY.every((byte) => byte === 7)).toBe(true);
  });
});
