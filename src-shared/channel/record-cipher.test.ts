import { describe, expect, it } from 'vitest';
import { createNodeProvider } from '../../src-main/platform/node-crypto.ts';
import { toHex } from '../bytes.ts';
import { createNobleProvider } from '../crypto/noble-provider.ts';
import { REKEY_INTERVAL_MESSAGES } from '../limits.ts';
import { CipherState } from '../noise/cipher-state.ts';
import { RecordCipher } from './record-cipher.ts';

const AD = new Uint8Array(0);
const KEYS = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)] as const;

describe.each([createNodeProvider(), createNobleProvider()])('records on $name', (provider) => {
  const state = (direction: 0 | 1, nonce: number) => new CipherState(provider, KEYS[direction], BigInt(nonce));
  const side = (send: 0 | 1, sendFrom: number, receiveFrom: number) =>
    new RecordCipher({
      send: state(send, sendFrom),
      receive: state(send === 0 ? 1 : 0, receiveFrom),
      handshakeHash: AD,
    });

  it.each([0, 1] as const)(
    'change the key of direction %i after exactly 16,384 messages, by the counter alone',
    async (direction) => {
      const from = REKEY_INTERVAL_MESSAGES - 2;
      const [sender, receiver] =
        direction === 0 ? [side(0, from, 0), side(1, 0, from)] : [side(1, from, 0), side(0, 0, from)];
      const fixed = state(direction, from);
      for (const expectSameKey of [true, true, false, false]) {
        const frame = await sender.seal(new Uint8Array(256));
        expect(toHex(frame) === toHex(fixed.encrypt(AD, new Uint8Array(256)))).toBe(expectSameKey);
        expect(await receiver.open(frame)).toHaveLength(256);
      }
      // The other direction has not moved.
      const back = await receiver.seal(new Uint8Array(256));
      expect(toHex(back)).toBe(toHex(state(direction === 0 ? 1 : 0, 0).encrypt(AD, new Uint8Array(256))));
      expect(await sender.open(back)).toHaveLength(256);
    },
  );

  it('keep fitting across two changes of key in one run', async () => {
    const from = REKEY_INTERVAL_MESSAGES * 2 - 1;
    const [sender, receiver] = [side(0, from, 0), side(1, 0, from)];
    for (let n = 0; n < 3; n++)
      expect(await receiver.open(await sender.seal(new Uint8Array(4096).fill(n)))).toHaveLength(4096);
  });

  it('cannot be sealed or opened after the end', async () => {
    const cipher = side(0, 0, 0);
    cipher.destroy();
    expect(() => cipher.seal(new Uint8Array(256))).toThrow(expect.objectContaining({ code: 'destroyed' }));
    expect(() => cipher.open(new Uint8Array(272))).toThrow(expect.objectContaining({ code: 'destroyed' }));
  });
});
