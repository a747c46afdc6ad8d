import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { toBase32 } from '../../../../src-shared/bytes.ts';
import type { Clock } from '../../../../src-shared/clock.ts';
import { MAX_ATTACHMENT_BYTES } from '../../../../src-shared/limits.ts';
import { type Attachment, AttachmentId } from '../../../../src-shared/wire/content.ts';
import type { Params, Result } from '../../../../src-shared/wire/requests.ts';
import { syncFolder, writeFileAtomic } from '../../../platform/atomic-file.ts';
import type { Logger } from '../../../platform/logger.ts';
import {
  MAX_UPLOAD_BYTES_PER_OWNER,
  MAX_UPLOADS_PER_OWNER,
  UPLOAD_CHECK_MS,
  UPLOAD_LIFETIME_MS,
} from '../../limits.ts';
import { AgentError, notSaved } from '../agent-error.ts';
import type { AgentAttachments } from './attachment-store.ts';
import { FACTS, readFacts } from './attachment-store.ts';
import { fileName } from './file-name.ts';
import { readFilePart } from './file-part.ts';
import { shownType } from './image-type.ts';

type Part = Params<'attachment.upload'>;

interface UploadStoreOptions {
  /** `$PASEO_HOME/uploads`. */
  readonly folder: string;
  readonly clock: Clock;
  readonly date: () => Date;
  readonly logger: Logger;
}

/** A file on its way: what was said of it first holds. */
const Upload = z.strictObject({
  format: z.literal('paseo-upload'),
  owner: z.string().max(64),
  name: z.string().min(1).max(255),
  mimeType: z.string().max(128),
  size: z.int().min(0).max(MAX_ATTACHMENT_BYTES),
  startedAt: z.string().max(64),
});
type Upload = z.infer<typeof Upload>;

const UPLOAD = 'upload.json';

/**
 * Files that were sent for prompts and that no prompt has taken yet. They come in parts, in order; a part that comes twice changes
 * nothing, also after a new start of the daemon. Each belongs to who sent it and is forgotten after a day.
 */
export class UploadStore {
  readonly #options: UploadStoreOptions;
  readonly #uploads: Map<string, Upload>;
  /** One thing at a time for each file. */
  readonly #busy = new Map<string, Promise<unknown>>();
  #stopTimer: () => void = () => {};

  private constructor(options: UploadStoreOptions, uploads: Map<string, Upload>) {
    this.#options = options;
    this.#uploads = uploads;
  }

  static async open(options: UploadStoreOptions): Promise<UploadStore> {
    await mkdir(options.folder, { recursive: true, mode: 0o700 });
    const uploads = new Map<string, Upload>();
    for (const id of await readdir(options.folder)) {
      const upload = AttachmentId.safeParse(id).success ? await readUpload(join(options.folder, id)) : null;
      if (upload === null) await rm(join(options.folder, id), { recursive: true, force: true });
      else uploads.set(id, upload);
    }
    const store = new UploadStore(options, uploads);
    await store.#forgetOld();
    store.#schedule();
    return store;
  }

  /** Takes the next part. Throws {@link AgentError}. */
  async put(owner: string, part: Part): Promise<Result<'attachment.upload'>> {
    // Only who knows the client's name of it, 96 random bits or more, and is its owner can come upon this id.
    const id = toBase32(createHash('sha256').update(`${owner}\0${part.uploadId}`).digest().subarray(0, 20));
    return this.#alone(id, async () => {
      const upload = this.#uploads.get(id) ?? (await this.#begin(id, owner, part));
      if (upload.size !== part.size || upload.name !== fileName(part.name)) {
        throw new AgentError(
          'bad_request',
          'This is another file than the one that was begun. Send it under a new name.',
        );
      }
      return this.#append(id, upload, part);
    });
  }

  /**
   * Moves files of this owner to an agent, for a prompt; in the end they are durable there. A file that the agent has already is fine.
   * Throws {@link AgentError} `not_found`, `too_many` or `not_saved`.
   */
  async take(owner: string, ids: readonly string[], attachments: AgentAttachments): Promise<Attachment[]> {
    const taken: Attachment[] = [];
    for (const id of new Set(ids)) {
      taken.push(
        await this.#alone(id, async () => {
          const upload = this.#uploads.get(id);
          const facts = upload?.owner === owner ? await readFacts(this.#path(id)) : null;
          if (facts === null) return attachments.facts(id);
          await rm(join(this.#path(id), UPLOAD), { force: true });
          await attachments.adopt(this.#path(id), facts);
          this.#uploads.delete(id);
          return facts;
        }),
      );
    }
    return taken;
  }

  async stop(): Promise<void> {
    this.#stopTimer();
    await Promise.allSettled(this.#busy.values());
  }

  async #begin(id: string, owner: string, part: Part): Promise<Upload> {
    if (part.offset !== 0)
      throw new AgentError('not_found', 'This file was forgotten. Send it again from its beginning.');
    const startedAt = this.#options.date().toISOString();
    const { mimeType, size } = part;
    const upload: Upload = { format: 'paseo-upload', owner, name: fileName(part.name), mimeType, size, startedAt };
    await this.#makeRoom(owner, size);
    try {
      await mkdir(join(this.#path(id), 'content'), { recursive: true, mode: 0o700 });
      await writeFileAtomic(join(this.#path(id), UPLOAD), JSON.stringify(upload), { mode: 0o600 });
    } catch (cause) {
      throw notSaved('The file could not be saved', cause);
    }
    this.#uploads.set(id, upload);
    return upload;
  }

  async #append(id: string, upload: Upload, part: Part): Promise<Result<'attachment.upload'>> {
    const folder = this.#path(id);
    const done = await readFacts(folder);
    if (done !== null) return { received: done.size, attachment: { ...done, id } };
    const data = Buffer.from(part.data, 'base64');
    const path = join(folder, 'content', upload.name);
    const received = await stat(path).then(
      ({ size }) => size,
      () => 0,
    );
    // Sent again: the answer to it was lost.
    if (part.offset < received) return { received, attachment: null };
    if (
      part.offset > received ||
      part.offset + data.length > upload.size ||
      (data.length === 0 && received < upload.size)
    ) {
      throw new AgentError(
        'bad_request',
        `The next part of this file begins at ${received} and is not longer than the rest.`,
      );
    }
    try {
      const file = await open(path, 'a', 0o600);
      try {
        await file.writeFile(data);
        if (part.offset + data.length === upload.size) await file.sync();
      } finally {
        await file.close();
      }
      if (part.offset + data.length < upload.size) return { received: part.offset + data.length, attachment: null };
      return { received: upload.size, attachment: await finish(folder, id, upload) };
    } catch (cause) {
      throw notSaved('The file could not be saved', cause);
    }
  }

  /** What was begun first gives way: a person sees the newest ones before the prompt is sent. */
  async #makeRoom(owner: string, size: number): Promise<void> {
    const own = [...this.#uploads].filter(([, upload]) => upload.owner === owner);
    own.sort(([, a], [, b]) => a.startedAt.localeCompare(b.startedAt));
    let bytes = own.reduce((sum, [, upload]) => sum + upload.size, size);
    for (let count = own.length; count >= MAX_UPLOADS_PER_OWNER || bytes > MAX_UPLOAD_BYTES_PER_OWNER; count--) {
      const [oldest] = own.splice(0, 1);
      if (oldest === undefined) return;
      bytes -= oldest[1].size;
      await this.#forget(oldest[0]);
    }
  }

  #schedule(): void {
    this.#stopTimer = this.#options.clock.after(UPLOAD_CHECK_MS, () => {
      this.#schedule();
      this.#forgetOld().catch((error: unknown) =>
        this.#options.logger.warn({ err: error }, 'old files could not be removed'),
      );
    });
  }

  async #forgetOld(): Promise<void> {
    const now = this.#options.date().getTime();
    for (const [id, { startedAt }] of [...this.#uploads]) {
      const age = now - Date.parse(startedAt);
      // A clock that was set back must not keep them for ever.
      if (!(Math.abs(age) < UPLOAD_LIFETIME_MS)) await this.#alone(id, () => this.#forget(id));
    }
  }

  async #forget(id: string): Promise<void> {
    this.#uploads.delete(id);
    await rm(this.#path(id), { recursive: true, force: true });
  }

  async #alone<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#busy.get(id) ?? Promise.resolve();
    const mine = before.then(work, work);
    this.#busy.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#busy.get(id) === mine) this.#busy.delete(id);
    }
  }

  #path(id: string): string {
    return join(this.#options.folder, id);
  }
}

/** What tells the types of images apart. */
const HEAD_BYTES = 16;

/** Writes the facts: with them the file is whole. */
async function finish(folder: string, id: string, upload: Upload): Promise<Attachment> {
  const head = (await readFilePart(join(folder, 'content', upload.name), 0, HEAD_BYTES)) ?? Buffer.alloc(0);
  const { name, size } = upload;
  const attachment: Attachment = { id, name, mimeType: shownType(head, upload.mimeType), size };
  await syncFolder(join(folder, 'content'));
  await writeFileAtomic(join(folder, FACTS), JSON.stringify(attachment), { mode: 0o600 });
  return attachment;
}

async function readUpload(folder: string): Promise<Upload | null> {
  try {
    return Upload.parse(JSON.parse(await readFile(join(folder, UPLOAD), 'utf8')));
  } catch {
    return null;
  }
}
