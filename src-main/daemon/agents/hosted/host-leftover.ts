import { constants } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import { systemClock } from '../../../../src-shared/clock.ts';
import { AgentId } from '../../../../src-shared/ids.ts';
import { JOURNAL_FILE } from '../../../agent-host/host-protocol.ts';
import type { HostLine, ReportedEnd } from '../../../agent-host/host-protocol.ts';
import { endPrefix, journalDraft } from '../../../agent-host/journal.ts';
import { MAX_AGENT_LINE_BYTES } from '../../../agent-host/limits.ts';
import { LineSplitter } from '../../../agent-host/line-splitter.ts';
import { checkPrivate } from '../../../platform/atomic-file.ts';
import { systemErrorCode } from '../../../platform/system-error.ts';
import { endHost, endRemains, readHostFile, removeHostFile } from './host-file.ts';
import type { HostFile } from './host-file.ts';
import { EndedMessage } from './host-messages.ts';

export interface Leftover {
  readonly hostId: string;
  readonly agentId: string;
  /** In order, those after `from`. */
  readonly lines: AsyncIterable<HostLine>;
  /** How the program ended; null when its host was killed before it could say. */
  readonly end: ReportedEnd | null;
}

/** Which host last ran in the agent's folder, alive or not; null when none left anything. Throws `FileError`. */
export async function hostOf(folder: string): Promise<string | null> {
  return (await readHeader(folder))?.hostId ?? null;
}

/**
 * What a host that is gone left in its journal after line `from`; null when there is no journal, or none that can be read.
 * Throws `FileError`.
 */
export async function leftover(folder: string, from = 0): Promise<Leftover | null> {
  const header = await readHeader(folder);
  if (header === null) return null;
  const { hostId, agentId, base } = header;
  return { hostId, agentId, lines: journalLines(folder, hostId, base, from), end: await readEnd(folder, hostId) };
}

/** Ends the host of that folder if one lives, and what its program left running. What it has not told stays. Idempotent. */
export async function stopHost(folder: string, clock: Clock = systemClock): Promise<void> {
  await endLeft(await leftIn(folder), clock);
}

/** As {@link stopHost}, and removes its files. */
export async function forgetHost(folder: string, clock: Clock = systemClock): Promise<void> {
  const left = await leftIn(folder);
  await endLeft(left, clock);
  await removeHostFile(folder, left.file);
  await rm(join(folder, JOURNAL_FILE), { force: true });
  if (left.header !== null) await rm(join(folder, journalDraft(left.header.hostId)), { force: true });
}

interface Left {
  readonly file: HostFile | null;
  readonly header: z.infer<typeof Header> | null;
}

async function leftIn(folder: string): Promise<Left> {
  return { file: await readHostFile(folder), header: await readHeader(folder) };
}

async function endLeft({ file, header }: Left, clock: Clock): Promise<void> {
  if (file !== null) await endHost(file, 'ask', clock);
  const agentId = file?.agentId ?? header?.agentId;
  if (agentId !== undefined) await endRemains(agentId, file, clock);
}

const Header = z.object({
  format: z.literal('paseo-agent-journal'),
  version: z.literal(1),
  hostId: z.string().regex(/^[0-9a-f]{32}$/),
  agentId: AgentId,
  base: z.int().min(0),
});

const MAX_HEADER_BYTES = 4096;
/** An end record is at most about 30 KiB: 8 KiB of standard error, escaped. */
const MAX_END_BYTES = 64 * 1024;
const READ_BYTES = 128 * 1024;

async function readHeader(folder: string): Promise<z.infer<typeof Header> | null> {
  return await withJournal(folder, null, async (file) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_HEADER_BYTES), 0, MAX_HEADER_BYTES, 0);
    const [line = ''] = buffer.subarray(0, bytesRead).toString('utf8').split('\n', 1);
    return parseJson(Header, line);
  });
}

async function readEnd(folder: string, hostId: string): Promise<ReportedEnd | null> {
  return await withJournal(folder, null, async (file) => {
    const { size } = await file.stat();
    const start = Math.max(0, size - MAX_END_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - start), 0, size - start, start);
    const lines = buffer.subarray(0, bytesRead).toString('utf8').split('\n');
    const last = lines.at(-2) ?? '';
    return last.startsWith(endPrefix(hostId)) ? parseJson(EndedMessage, last) : null;
  });
}

async function* journalLines(folder: string, hostId: string, base: number, from: number): AsyncGenerator<HostLine> {
  const file = await openJournal(folder);
  if (file === null) return;
  try {
    const splitter = new LineSplitter(MAX_AGENT_LINE_BYTES);
    const end = Buffer.from(endPrefix(hostId));
    // The header is line 0 of the file.
    let n = base - 1;
    for (let position = 0; ;) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(READ_BYTES), 0, READ_BYTES, position);
      if (bytesRead === 0) return;
      position += bytesRead;
      for (const bytes of splitter.push(buffer.subarray(0, bytesRead))) {
        if (++n === base) continue;
        if (bytes.subarray(0, end.length).equals(end)) return;
        if (n > from) yield { n, bytes };
      }
    }
  } finally {
    await file.close();
  }
}

async function withJournal<T>(folder: string, missing: T, read: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await openJournal(folder);
  if (file === null) return missing;
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

async function openJournal(folder: string): Promise<FileHandle | null> {
  const path = join(folder, JOURNAL_FILE);
  // Windows has neither flag; undefined there.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  try {
    const file = await open(path, flags);
    try {
      checkPrivate(path, await file.stat());
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

function parseJson<T>(schema: z.ZodType<T>, text: string): T | null {
  try {
    return schema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}
