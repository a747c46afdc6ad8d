import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { ATTACHMENT_PART_BYTES, MAX_ATTACHMENT_BYTES, MAX_PROMPT_ATTACHMENTS } from '../../src-shared/limits.ts';
import { systemErrorCode } from '../platform/system-error.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import { safeLine } from './safe-text.ts';

/** Sends files for a prompt; resolves with their attachment ids. Throws {@link CliError} that names the file. */
export async function uploadFiles(
  client: DaemonClient,
  paths: readonly string[],
  { cwd }: CliContext,
): Promise<string[]> {
  if (paths.length > MAX_PROMPT_ATTACHMENTS)
    throw new UsageError(`At most ${MAX_PROMPT_ATTACHMENTS} files go with one message.`);
  const ids: string[] = [];
  for (const path of paths) ids.push(await upload(client, resolve(cwd, path)));
  return ids;
}

async function upload(client: DaemonClient, path: string): Promise<string> {
  const bytes = await readWhole(path);
  const name = basename(path);
  const about = { uploadId: randomBytes(16).toString('hex'), name, mimeType: mimeTypeOf(name), size: bytes.length };
  let offset = 0;
  for (;;) {
    const data = bytes.subarray(offset, offset + ATTACHMENT_PART_BYTES).toString('base64');
    const { received, attachment } = await client.query('attachment.upload', { ...about, offset, data });
    if (attachment !== null) return attachment.id;
    if (received <= offset) throw new CliError('unusable', `${safeLine(name)} could not be sent. Try again.`);
    offset = received;
  }
}

/** The size is looked at before anything is read, and a file that grows meanwhile is cut off. */
async function readWhole(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const stats = await file.stat();
      if (!stats.isFile()) throw new UsageError(`${path} is not a file.`);
      if (stats.size > MAX_ATTACHMENT_BYTES)
        throw new UsageError(
          `${path} is larger than ${MAX_ATTACHMENT_BYTES / 1024 / 1024} MB. Put it into the agent's folder and point at it with --mention.`,
        );
      const bytes = Buffer.alloc(stats.size);
      const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new UsageError(`${path} cannot be read (${systemErrorCode(error) ?? 'unknown error'}).`);
  }
}

/** A hint for people: the daemon looks at the bytes of an image itself. */
function mimeTypeOf(name: string): string {
  return MIME_TYPES[extname(name).toLowerCase()] ?? 'application/octet-stream';
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.pdf': 'application/pdf',
  '.json': 'application/json',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.csv': 'text/csv',
};
