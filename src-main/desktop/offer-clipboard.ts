import { type Clock, systemClock } from '../../src-shared/clock.ts';
import { OFFER_IN_CLIPBOARD_MS } from './limits.ts';

/** Electron's clipboard, which answers at once or later depending on its version. */
export interface TextClipboard {
  readText(): string | Promise<string>;
  writeText(text: string): void | Promise<void>;
  clear(): void | Promise<void>;
}

/** Puts pairing links into the clipboard and takes them out again, unless the person has copied something else since. */
export class OfferClipboard {
  readonly #clipboard: TextClipboard;
  readonly #clock: Clock;
  #copied: string | null = null;
  #cancelTimer: (() => void) | null = null;

  constructor(clipboard: TextClipboard, clock: Clock = systemClock) {
    this.#clipboard = clipboard;
    this.#clock = clock;
  }

  async copy(link: string): Promise<void> {
    this.#cancelTimer?.();
    this.#copied = link;
    this.#cancelTimer = this.#clock.after(OFFER_IN_CLIPBOARD_MS, () => {
      // A clipboard that cannot be reached is no reason to end the app; the link in it has expired soon.
      this.clear().catch(() => undefined);
    });
    await this.#clipboard.writeText(link);
  }

  /** Takes the link out now, if it is still there. Idempotent. */
  async clear(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const copied = this.#copied;
    this.#copied = null;
    if (copied !== null && (await this.#clipboard.readText()) === copied) await this.#clipboard.clear();
  }
}
