import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Attachment } from '../../../../src-shared/wire/content.ts';
import { collectingLogger } from '../../../platform/logger.ts';
import { AgentAttachments } from './attachment-store.ts';
import { fileName } from './file-name.ts';
import { shownType } from './image-type.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);

const LETTERS = 'abcdefgh';

let folder: string;
let attachments: AgentAttachments;

beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'paseo-attachments-')), 'attachments');
  attachments = await reopened();
});

afterEach(async () => {
  await rm(join(folder, '..'), { recursive: true });
});

function reopened(): Promise<AgentAttachments> {
  return AgentAttachments.open(folder, collectingLogger());
}

const keep = (bytes: Buffer, name = 'shot.png', mimeType = 'image/png') =>
  attachments.keep({ base64: bytes.toString('base64'), name, mimeType });

describe('files that an agent shows', () => {
  test('are there at once, under an id that the same bytes get again', async () => {
    const kept = Attachment.parse(keep(PNG));
    expect(kept).toMatchObject({ name: 'shot.png', mimeType: 'image/png', size: PNG.length });
    expect(await attachments.bytes(kept.id)).toEqual(PNG);
    expect(keep(PNG, 'other.png')!.id).toBe(kept.id);
    expect(await readdir(folder)).toEqual([kept.id]);
    attachments = await reopened();
    expect(await attachments.bytes(kept.id)).toEqual(PNG);
    expect(await attachments.facts(kept.id)).toEqual(kept);
  });

  test('are for their owner alone, and have a path that says what they are', async () => {
    const kept = keep(PNG, '../../etc/passwd.png')!;
    const path = await attachments.path(kept.id);
    expect(path).toBe(join(folder, kept.id, 'content', 'passwd.png'));
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, kept.id))).mode & 0o777).toBe(0o700);
  });

  test('come back in parts', async () => {
    const bytes = Buffer.alloc(500_000, 'paseo');
    const { id } = keep(bytes, 'a.txt', 'text/plain')!;
    const parts: Buffer[] = [];
    for (let offset = 0; ; offset += parts.at(-1)!.length) {
      const part = await attachments.read(id, offset);
      if (part.length === 0) break;
      parts.push(part);
    }
    expect(parts.length).toBeGreaterThan(2);
    expect(Buffer.concat(parts).equals(bytes)).toBe(true);
    expect(await attachments.read(id, 1e12)).toHaveLength(0);
  });

  test('are not kept when they are empty, too large, or cannot be written', async () => {
    expect(keep(Buffer.alloc(0))).toBeNull();
    expect(attachments.keep({ base64: 'A'.repeat(14_000_000), name: 'a', mimeType: 'image/png' })).toBeNull();
    await mkdir(folder, { recursive: true });
    await rm(folder, { recursive: true });
    await writeFile(folder, 'a file is in the way');
    expect(keep(PNG)).toBeNull();
    await rm(folder);
    expect(keep(PNG)).not.toBeNull();
  });

  test('that are damaged, half written or somebody else’s are not given', async () => {
    const { id } = keep(PNG)!;
    await mkdir(join(folder, '.new-abc', 'content'), { recursive: true });
    await writeFile(join(folder, id, 'content', 'shot.png'), 'cut');
    attachments = await reopened();
    for (const name of [id, 'b'.repeat(16), '..', 'x/../../..']) {
      await expect(attachments.read(name, 0)).rejects.toMatchObject({ code: 'not_found' });
    }
    expect(await readdir(folder)).toEqual([id]);
  });

  test('are not read through a link', async () => {
    const { id } = keep(PNG)!;
    const path = await attachments.path(id);
    await rm(path);
    await writeFile(join(folder, 'secret'), PNG);
    await symlink(join(folder, 'secret'), path);
    await expect(attachments.read(id, 0)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('are bounded in all', async () => {
    const size = 10 * 1024 * 1024;
    for (let i = 0; i < 52; i++) {
      const id = `${LETTERS[i % 8]}${LETTERS[Math.floor(i / 8)]}`.padEnd(16, 'a');
      await mkdir(join(folder, id, 'content'), { recursive: true });
      await writeFile(
        join(folder, id, 'attachment.json'),
        JSON.stringify({ id, name: 'a', mimeType: 'text/plain', size }),
      );
      await writeFile(join(folder, id, 'content', 'a'), '');
      if (i < 51) await truncate(join(folder, id, 'content', 'a'), size);
    }
    attachments = await reopened();
    const rest = 512 * 1024 * 1024 - 51 * size;
    expect(keep(Buffer.alloc(rest + 1))).toBeNull();
    expect(keep(Buffer.alloc(rest))).not.toBeNull();
    expect(keep(PNG)).toBeNull();
  });
});

describe('a type', () => {
  test.each([
    [PNG, 'text/html', 'image/png'],
    [Buffer.from([0xff, 0xd8, 0xff, 0xe0]), '', 'image/jpeg'],
    [Buffer.from('GIF89a'), 'image/png', 'image/gif'],
    [Buffer.from('RIFF\u0000\u0000\u0000\u0000WEBPVP8 '), 'image/webp', 'image/webp'],
    [Buffer.from('RIFF\u0000\u0000\u0000\u0000WAVE'), 'audio/wav', 'audio/wav'],
    [Buffer.from('<svg onload=alert(1)>'), 'image/svg+xml', 'application/octet-stream'],
    [Buffer.from('<html>'), 'text/html; charset=utf-8', 'application/octet-stream'],
    [Buffer.from('plain'), 'Text/Plain; charset=utf-8', 'text/plain'],
    [Buffer.from(''), 'no type\n', 'application/octet-stream'],
  ])('is what the bytes say: %#', (bytes, claimed, type) => {
    expect(shownType(bytes, claimed)).toBe(type);
  });
});

describe('a name', () => {
  test.each([
    ['../../a.txt', 'a.txt'],
    ['C:\\Users\\me\\a.txt', 'a.txt'],
    ['a\u202etxt.exe', 'atxt.exe'],
    ['\u001b[31mred\u0000.txt', '[31mred.txt'],
    ['.env', '.env'],
    ['..', 'file'],
    ['  ', 'file'],
    ['con.txt', 'file-con.txt'],
    ['what?*.txt. ', 'what__.txt'],
    ['\ud800half', 'half'],
  ])('is one that every file system takes: %j', (given, name) => {
    expect(fileName(given)).toBe(name);
  });

  test('keeps its ending when it is too long', () => {
    const name = fileName(`${'ä😀'.repeat(100)}.jpeg`);
    expect(Buffer.byteLength(name)).toBeLessThanOrEqual(120);
    expect(name).toMatch(/^(ä😀)+ä?\.jpeg$/u);
    expect(fileName(name)).toBe(name);
  });
});

test('the folder of an agent without files is not made', async () => {
  await expect(readFile(folder)).rejects.toMatchObject({ code: 'ENOENT' });
});
