import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { RequestError } from '../../src-shared/client/request-error.ts';
import { MAX_PROMPT_ATTACHMENTS, MAX_PROMPT_MENTIONS } from '../../src-shared/limits.ts';
import { type Watchable, Watched } from '../../src-shared/watchable.ts';
import { AttachmentUpload } from './attachment-upload.ts';
import { mentionsIn, withoutMention } from './completion-token.ts';

export interface DraftState {
  readonly text: string;
  readonly uploads: readonly AttachmentUpload[];
  /** Paths that were chosen; a mention is one that the text still names. */
  readonly chosen: readonly string[];
}

/** A message as it is sent: text, ids of uploaded files, and files of the working folder. */
export interface ComposedMessage {
  readonly text: string;
  readonly attachments: string[];
  readonly mentions: string[];
}

const EMPTY: DraftState = { text: '', uploads: [], chosen: [] };

/** An unsent message. It lives as long as the page, so that changing views loses nothing; we never write it to disk. */
export class Draft {
  readonly #state = new Watched<DraftState>(EMPTY);
  #folder: string | null = null;

  /** The working folder that mentions are of; null while none was chosen. */
  get folder(): string | null {
    return this.#folder;
  }

  get state(): Watchable<DraftState> {
    return this.#state;
  }

  setText(text: string): void {
    this.#state.set({ ...this.#state.get(), text });
  }

  /** Mentions of another folder's files are plain text from here on. */
  inFolder(folder: string): void {
    const moved = this.#folder !== null && this.#folder !== folder;
    this.#folder = folder;
    if (moved && this.#state.get().chosen.length > 0) this.#state.set({ ...this.#state.get(), chosen: [] });
  }

  choose(path: string): void {
    const { chosen } = this.#state.get();
    if (!chosen.includes(path)) this.#state.set({ ...this.#state.get(), chosen: [...chosen, path] });
  }

  unmention(path: string): void {
    const { text, chosen, ...rest } = this.#state.get();
    this.#state.set({
      ...rest,
      text: withoutMention(text, path, chosen),
      chosen: chosen.filter((other) => other !== path),
    });
  }

  /** Starts to upload the files. Returns why some were left out, null when none was. */
  attach(files: readonly File[], client: DaemonClient): string | null {
    const { uploads } = this.#state.get();
    const taken = files.slice(0, Math.max(0, MAX_PROMPT_ATTACHMENTS - uploads.length));
    const added = taken.map((file) => new AttachmentUpload(file));
    this.#state.set({ ...this.#state.get(), uploads: [...uploads, ...added] });
    for (const upload of added) upload.start(client);
    return taken.length < files.length ? `A message takes at most ${MAX_PROMPT_ATTACHMENTS} files.` : null;
  }

  detach(upload: AttachmentUpload): void {
    upload.cancel();
    const uploads = this.#state.get().uploads.filter((other) => other !== upload);
    this.#state.set({ ...this.#state.get(), uploads });
  }

  /** Files go to the daemon that the message is for. */
  isFor(client: DaemonClient): void {
    for (const upload of this.#state.get().uploads) upload.start(client);
  }

  /** The message; null while a file is still on its way or could not be sent. */
  message(): ComposedMessage | null {
    const { text, uploads, chosen } = this.#state.get();
    const states = uploads.map((upload) => upload.state.get());
    const attachments = states.flatMap((state) => (state.state === 'done' ? [state.attachment.id] : []));
    if (attachments.length < states.length) return null;
    return { text, attachments, mentions: mentionsIn(text, chosen).slice(0, MAX_PROMPT_MENTIONS) };
  }

  /** Gives the message to `send`, and takes it back when that rejects. */
  async send(send: (message: ComposedMessage) => Promise<void>): Promise<void> {
    const message = this.message();
    if (message === null) return;
    const held = this.take();
    try {
      await send(message);
    } catch (failure) {
      this.restore(held);
      // The daemon may have forgotten what it was given too long ago.
      if (failure instanceof RequestError && failure.code === 'not_found')
        for (const upload of held.uploads) upload.retry();
      throw failure;
    }
    for (const upload of held.uploads) upload.cancel();
  }

  /** Empties the draft. Returns what it held, for {@link restore}. */
  take(): DraftState {
    const held = this.#state.get();
    this.#state.set(EMPTY);
    return held;
  }

  /** The message did not get through. Unless the person went on writing, it is as it was. */
  restore(held: DraftState): void {
    const { text, uploads } = this.#state.get();
    if (text === '' && uploads.length === 0) this.#state.set(held);
  }
}

const drafts = new Map<string, Draft>();

/** The draft of that name, the same one for as long as the page lives. */
export function draftNamed(name: string): Draft {
  const known = drafts.get(name) ?? new Draft();
  drafts.set(name, known);
  return known;
}
