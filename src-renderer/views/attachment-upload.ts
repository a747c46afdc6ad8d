import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { badAnswer } from '../../src-shared/client/client-link.ts';
import { RequestError } from '../../src-shared/client/request-error.ts';
import { toHex } from '../../src-shared/bytes.ts';
import { ATTACHMENT_PART_BYTES, MAX_ATTACHMENT_BYTES } from '../../src-shared/limits.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import type { Attachment } from '../../src-shared/wire/content.ts';
import { failureWords } from './failure-words.ts';
import { type PreparedFile, prepareFile } from './shrink-image.ts';

/** A daemon that was restarted may have lost the beginning. More often than this, something else is wrong. */
const MAX_RESTARTS = 2;

export type UploadState =
  | { readonly state: 'preparing' }
  /** `waiting`: there is no connection now. */
  | { readonly state: 'sending'; readonly sent: number; readonly size: number; readonly waiting: boolean }
  | { readonly state: 'done'; readonly attachment: Attachment }
  /** `final`: trying again would not help. */
  | { readonly state: 'failed'; readonly message: string; readonly final: boolean };

/** One file on its way to the daemon, in parts; goes on where it was when the connection comes back. */
export class AttachmentUpload {
  readonly key = toHex(crypto.getRandomValues(new Uint8Array(8)));
  readonly name: string;
  readonly #file: File;
  readonly #state = new Watched<UploadState>({ state: 'preparing' });
  readonly #thumbnail = new Watched<ImageBitmap | null>(null);
  #prepared: PreparedFile | null = null;
  #client: DaemonClient | null = null;
  #abort = new AbortController();

  constructor(file: File) {
    this.name = file.name;
    this.#file = file;
  }

  get state(): Watchable<UploadState> {
    return this.#state;
  }

  get thumbnail(): Watchable<ImageBitmap | null> {
    return this.#thumbnail;
  }

  /** Sends the file; does nothing when it is on its way to this daemon, or there, already. */
  start(client: DaemonClient): void {
    if (this.#client === client) return;
    this.#client = client;
    this.retry();
  }

  /** From the beginning, as after a failure. */
  retry(): void {
    const client = this.#client;
    if (client === null) return;
    this.#abort.abort();
    const abort = (this.#abort = new AbortController());
    this.#state.set({ state: 'preparing' });
    this.#send(client, abort.signal).then(
      (attachment) => {
        if (!abort.signal.aborted) this.#state.set({ state: 'done', attachment });
      },
      (failure: unknown) => {
        if (!abort.signal.aborted) this.#state.set({ state: 'failed', ...this.#explained(failure) });
      },
    );
  }

  /** The person took it away. */
  cancel(): void {
    this.#abort.abort();
    this.#client = null;
    this.#thumbnail.get()?.close();
    this.#thumbnail.set(null);
  }

  async #send(client: DaemonClient, signal: AbortSignal): Promise<Attachment> {
    return inTurn(client, async () => {
      signal.throwIfAborted();
      this.#prepared ??= await prepareFile(this.#file);
      const { blob, thumbnail } = this.#prepared;
      if (signal.aborted) thumbnail?.close();
      signal.throwIfAborted();
      this.#thumbnail.set(thumbnail);
      if (blob.size === 0) throw new UnfitFile(`“${this.name}” is empty.`);
      if (blob.size > MAX_ATTACHMENT_BYTES) throw new UnfitFile(tooLarge(this.name));
      for (let restarts = 0; ; restarts++) {
        const attachment = await this.#sendParts(client, this.#prepared, signal, restarts < MAX_RESTARTS);
        if (attachment !== null) return attachment;
      }
    });
  }

  /** Resolves with null when the daemon has lost the beginning and `mayRestart`. */
  async #sendParts(
    client: DaemonClient,
    { blob, name, mimeType }: PreparedFile,
    signal: AbortSignal,
    mayRestart: boolean,
  ): Promise<Attachment | null> {
    const uploadId = toHex(crypto.getRandomValues(new Uint8Array(16)));
    const size = blob.size;
    let offset = 0;
    for (;;) {
      await this.#connected(client, offset, size, signal);
      const data = await base64(blob.slice(offset, offset + ATTACHMENT_PART_BYTES));
      const part = { uploadId, name, mimeType, size, offset, data };
      try {
        const { received, attachment } = await client.query('attachment.upload', part, signal);
        if (attachment !== null) return attachment;
        if (received <= offset) throw badAnswer();
        offset = received;
      } catch (error) {
        if (!(error instanceof RequestError)) throw error;
        if (error.code === 'not_connected') continue;
        if (offset > 0 && mayRestart && (error.code === 'not_found' || error.code === 'out_of_order')) return null;
        throw error;
      }
    }
  }

  /** Resolves when there is a connection. */
  #connected(client: DaemonClient, sent: number, size: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const waiting = client.state.get().state !== 'connected';
        if (!signal.aborted) this.#state.set({ state: 'sending', sent, size, waiting });
        if (waiting && !signal.aborted) return;
        end();
        if (signal.aborted) reject(new RequestError('aborted', 'The upload was given up.'));
        else resolve();
      };
      const end = (): void => {
        unsubscribe();
        signal.removeEventListener('abort', look);
      };
      const unsubscribe = client.state.subscribe(look);
      signal.addEventListener('abort', look);
      look();
    });
  }

  #explained(failure: unknown): { message: string; final: boolean } {
    if (failure instanceof UnfitFile) return { message: failure.message, final: true };
    if (failure instanceof RequestError && failure.code === 'too_large')
      return { message: tooLarge(this.name), final: true };
    if (failure instanceof RequestError) return { message: failureWords(failure), final: false };
    return { message: `“${this.name}” could not be read. Choose it again.`, final: false };
  }
}

/** The message is for the person. */
class UnfitFile extends Error {}

function tooLarge(name: string): string {
  const megabytes = MAX_ATTACHMENT_BYTES / 1024 / 1024;
  return `“${name}” is larger than ${megabytes} MB. Put it into the folder and mention it with @.`;
}

/** Uploads of one daemon go one after the other: a phone's connection is not made faster by ten at a time. */
const lanes = new WeakMap<DaemonClient, Promise<unknown>>();

function inTurn<T>(client: DaemonClient, work: () => Promise<T>): Promise<T> {
  const result = (lanes.get(client) ?? Promise.resolve()).then(work);
  lanes.set(
    client,
    result.catch(() => undefined),
  );
  return result;
}

async function base64(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  let text = '';
  // In pieces, since every byte of a piece is an argument of one call.
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text);
}
