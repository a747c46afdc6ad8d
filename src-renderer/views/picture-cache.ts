import { MAX_ATTACHMENT_BYTES } from '../../src-shared/limits.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import type { Attachment } from '../../src-shared/wire/content.ts';
import { failureWords } from './failure-words.ts';

/** Pictures of rows that are out of view stay for scrolling back, up to this many bytes. */
const KEPT_BYTES = 24 * 1024 * 1024;

/** What browsers draw without running anything. Others, drawings with scripts among them, are shown as files. */
const PICTURE_TYPES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);

export function isPicture(attachment: Attachment): boolean {
  return PICTURE_TYPES.has(attachment.mimeType) && attachment.size <= MAX_ATTACHMENT_BYTES;
}

/** `failed`: `message` is for the person; it is tried again when somebody acquires it anew. */
export type Picture =
  | { readonly state: 'loading' }
  | { readonly state: 'ready'; readonly url: string }
  | { readonly state: 'failed'; readonly message: string };

/** Base64 of the bytes from `offset` on; empty at the end. */
export type ReadPart = (attachmentId: string, offset: number, signal: AbortSignal) => Promise<string>;

interface Held {
  readonly attachment: Attachment;
  readonly picture: Watched<Picture>;
  readonly abort: AbortController;
  users: number;
}

/** Pictures of one agent by object URL: fetched one after the other, shared by all rows that show them, revoked in the end. */
export class PictureCache {
  readonly #read: ReadPart;
  readonly #held = new Map<string, Held>();
  #loading: Promise<void> = Promise.resolve();

  constructor(read: ReadPart) {
    this.#read = read;
  }

  /** Call `release` with the same attachment as often. */
  acquire(attachment: Attachment): Watchable<Picture> {
    const known = this.#held.get(attachment.id);
    if (known?.picture.get().state === 'failed') this.#load(known);
    const held = known ?? this.#open(attachment);
    held.users++;
    // The newest is the last to go.
    this.#held.delete(attachment.id);
    this.#held.set(attachment.id, held);
    return held.picture;
  }

  release({ id }: Attachment): void {
    const held = this.#held.get(id);
    if (held === undefined || --held.users > 0) return;
    if (held.picture.get().state !== 'ready') this.#forget(held);
    const unused = [...this.#held.values()].filter(({ users }) => users === 0);
    let bytes = unused.reduce((sum, { attachment }) => sum + attachment.size, 0);
    for (let oldest = unused.shift(); oldest !== undefined && bytes > KEPT_BYTES; oldest = unused.shift()) {
      bytes -= oldest.attachment.size;
      this.#forget(oldest);
    }
  }

  stop(): void {
    for (const held of [...this.#held.values()]) this.#forget(held);
  }

  #open(attachment: Attachment): Held {
    const picture = new Watched<Picture>({ state: 'loading' });
    const held: Held = { attachment, picture, abort: new AbortController(), users: 0 };
    this.#load(held);
    return held;
  }

  #load(held: Held): void {
    held.picture.set({ state: 'loading' });
    this.#loading = this.#loading.then(async () => {
      const { signal } = held.abort;
      if (signal.aborted) return;
      try {
        const url = URL.createObjectURL(await this.#fetch(held.attachment, signal));
        if (signal.aborted) URL.revokeObjectURL(url);
        else held.picture.set({ state: 'ready', url });
      } catch (failure) {
        if (!signal.aborted) held.picture.set({ state: 'failed', message: failureWords(failure) });
      }
    });
  }

  async #fetch({ id, mimeType }: Attachment, signal: AbortSignal): Promise<Blob> {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (let bytes = 0; bytes <= MAX_ATTACHMENT_BYTES;) {
      const part = Uint8Array.from(atob(await this.#read(id, bytes, signal)), (character) => character.charCodeAt(0));
      if (part.length === 0) break;
      parts.push(part);
      bytes += part.length;
    }
    return new Blob(parts, { type: mimeType });
  }

  #forget(held: Held): void {
    this.#held.delete(held.attachment.id);
    held.abort.abort();
    const picture = held.picture.get();
    if (picture.state === 'ready') URL.revokeObjectURL(picture.url);
  }
}
