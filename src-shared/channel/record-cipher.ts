import { REKEY_INTERVAL_MESSAGES } from '../limits.ts';
import type { CipherState } from '../noise/cipher-state.ts';
import type { TransportState } from '../noise/handshake-state.ts';

const NO_DATA = new Uint8Array(0);
const REKEY_INTERVAL = BigInt(REKEY_INTERVAL_MESSAGES);

/**
 * Seals and opens records with a handshake's two ciphers. Nonces are implicit, and each direction rekeys by its own counter. A
 * promise comes back where the provider is faster that way; its order is already fixed, so calls may overlap.
 */
export class RecordCipher {
  readonly #send: CipherState;
  readonly #receive: CipherState;

  /** Owns the two cipher states from now on. */
  constructor(transport: TransportState) {
    this.#send = transport.send;
    this.#receive = transport.receive;
  }

  /** Does not keep the record: the caller may write over it at once. */
  seal(record: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const large = record.length >= this.#send.largeThreshold;
    const sealed = large ? this.#send.encryptLarge(NO_DATA, record.slice()) : this.#send.encrypt(NO_DATA, record);
    rekeyWhenDue(this.#send);
    return sealed;
  }

  /** Throws (or rejects with) CipherError `bad_tag`. */
  open(frame: Uint8Array): Uint8Array | Promise<Uint8Array> {
    const large = frame.length >= this.#receive.largeThreshold;
    const opened = large ? this.#receive.decryptLarge(NO_DATA, frame) : this.#receive.decrypt(NO_DATA, frame);
    rekeyWhenDue(this.#receive);
    return opened;
  }

  /** Overwrites both keys. Idempotent. */
  destroy(): void {
    this.#send.destroy();
    this.#receive.destroy();
  }
}

function rekeyWhenDue(cipher: CipherState): void {
  if (cipher.nonce % REKEY_INTERVAL === 0n) cipher.rekey();
}
