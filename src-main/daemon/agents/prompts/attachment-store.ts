import { createHash } from 'node:crypto';
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { toBase32 } from '../../../../src-shared/bytes.ts';
import { ATTACHMENT_PART_BYTES, MAX_ATTACHMENT_BYTES } from '../../../../src-shared/limits.ts';
import { Attachment, AttachmentId } from '../../../../src-shared/wire/content.ts';
import { syncFolder } from '../../../platform/atomic-file.ts';
import type { Logger } from '../../../platform/logger.ts';
import { systemErrorCode } from '../../../platform/system-error.ts';
import { MAX_AGENT_ATTACHMENT_BYTES, MAX_AGENT_ATTACHMENTS } from '../../limits.ts';
import { randomId } from '../../timeline/random-id.ts';
import { AgentError, notSaved } from '../agent-error.ts';
import { fileName } from './file-name.ts';
import { readFilePart } from './file-part.ts';
import { shownType } from './image-type.ts';

/**
 * The files of one agent: those that prompts brought and those that it showed. Each is a folder named by its id with the facts in
 * `attachment.json` and the bytes under their own name in `content/`, so that a program that gets the path sees what it is.
 */
export class AgentAttachments {
  readonly #folder: string;
  readonly #logger: Logger;
  /** Bytes by id. */
  readonly #sizes: Map<string, number>;
  #bytes: number;

  private constructor(folder: string, sizes: Map<string, number>, logger: Logger) {
    this.#folder = folder;
    this.#sizes = sizes;
    this.#logger = logger;
    this.#bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  }

  /** `folder` need not be there. What is damaged in it is left alone and not shown. */
  static async open(folder: string, logger: Logger): Promise<AgentAttachments> {
    const names = await readdir(folder).catch(() => []);
    const sizes = new Map<string, number>();
    for (const id of names.filter((name) => AttachmentId.safeParse(name).success)) {
      const facts = await readFacts(join(folder, id));
      if (facts !== null) sizes.set(id, facts.size);
    }
    for (const name of names.filter((one) => one.startsWith('.new-')))
      await rm(join(folder, name), { recursive: true, force: true });
    return new AgentAttachments(folder, sizes, logger);
  }

  /** Throws {@link AgentError} `not_found`. */
  async facts(id: string): Promise<Attachment> {
    const facts = this.#sizes.has(id) ? await readFacts(join(this.#folder, id)) : null;
    if (facts === null) throw gone();
    return facts;
  }

  /** Where the bytes are, for a program on this machine. Throws {@link AgentError} `not_found`. */
  async path(id: string): Promise<string> {
    const { name } = await this.facts(id);
    return join(this.#folder, id, 'content', name);
  }

  /** Bytes from `offset` on, as many as one answer takes; none at the end. Throws {@link AgentError} `not_found`. */
  async read(id: string, offset: number): Promise<Buffer> {
    const bytes = await readFilePart(await this.path(id), offset, ATTACHMENT_PART_BYTES);
    if (bytes === null) throw gone();
    return bytes;
  }

  /** All bytes. Throws {@link AgentError} `not_found`. */
  async bytes(id: string): Promise<Buffer> {
    const { size } = await this.facts(id);
    const bytes = await readFilePart(await this.path(id), 0, size);
    if (bytes?.length !== size) throw gone();
    return bytes;
  }

  /** Takes over a folder of the same form, made by somebody else on this disk. Throws {@link AgentError}. */
  async adopt(folder: string, { id, size }: Attachment): Promise<void> {
    if (this.#sizes.has(id)) return;
    if (!this.#hasRoom(size)) throw new AgentError('too_many', 'This agent has too many files. Start a new agent.');
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await rename(folder, join(this.#folder, id));
      await syncFolder(this.#folder);
      await syncFolder(dirname(this.#folder));
    } catch (cause) {
      throw notSaved('The file could not be saved', cause);
    }
    this.#count(id, size);
  }

  /**
   * Keeps a file that the agent shows; null when there is no room for it, or it is empty. The same bytes are kept once, so that output
   * that is read a second time changes nothing. Written before it returns, and so before any entry that names it; but not synced:
   * that would hold up the whole daemon, and after a power cut only the picture is lost.
   */
  readonly keep = ({
    base64,
    name,
    mimeType,
  }: {
    base64: string;
    name: string;
    mimeType: string;
  }): Attachment | null => {
    if (base64.length > (MAX_ATTACHMENT_BYTES * 4) / 3 + 4) return null;
    const bytes = Buffer.from(base64, 'base64');
    const attachment: Attachment = {
      id: toBase32(createHash('sha256').update(bytes).digest().subarray(0, 20)),
      name: fileName(name),
      mimeType: shownType(bytes, mimeType),
      size: bytes.length,
    };
    if (bytes.length === 0) return null;
    if (this.#sizes.has(attachment.id)) return attachment;
    if (!this.#hasRoom(bytes.length)) return null;
    // One that is cut is removed at the next start.
    const made = join(this.#folder, `.new-${randomId()}`);
    try {
      mkdirSync(join(made, 'content'), { recursive: true, mode: 0o700 });
      writeFileSync(join(made, 'content', attachment.name), bytes, { mode: 0o600, flag: 'wx' });
      writeFileSync(join(made, FACTS), JSON.stringify(attachment), { mode: 0o600, flag: 'wx' });
      renameSync(made, join(this.#folder, attachment.id));
    } catch (error) {
      this.#logger.warn({ code: systemErrorCode(error) }, 'a file that an agent showed could not be kept');
      return null;
    }
    this.#count(attachment.id, bytes.length);
    return attachment;
  };

  #hasRoom(size: number): boolean {
    return this.#sizes.size < MAX_AGENT_ATTACHMENTS && this.#bytes + size <= MAX_AGENT_ATTACHMENT_BYTES;
  }

  #count(id: string, size: number): void {
    this.#sizes.set(id, size);
    this.#bytes += size;
  }
}

/** Name of the file with the facts of an attachment, in its folder. */
export const FACTS = 'attachment.json';

/** The facts of the attachment in `folder`; null when it is not whole. */
export async function readFacts(folder: string): Promise<Attachment | null> {
  try {
    const facts = Attachment.parse(JSON.parse(await readFile(join(folder, FACTS), 'utf8')));
    const stats = await stat(join(folder, 'content', fileName(facts.name)));
    return stats.isFile() && stats.size === facts.size ? { ...facts, name: fileName(facts.name) } : null;
  } catch {
    return null;
  }
}

function gone(): AgentError {
  return new AgentError('not_found', 'This file is not there any more.');
}
