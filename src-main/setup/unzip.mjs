import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END_SIZE = 22;
const END_MAGIC = 0x06054b50;
const CENTRAL_MAGIC = 0x02014b50;
const LOCAL_HEADER_SIZE = 30;
const STORED = 0;
const DEFLATED = 8;

/** @typedef {{ name: string, method: number, size: number, offset: number, mode: number }} Entry */

/** Unpacks the wanted files of a zip archive (PKWARE APPNOTE 6.3; no zip64, no encryption) with their permissions.
 * `target` maps an entry's name to a path relative to `folder`, or to undefined to leave it out.
 * @param {string} archive
 * @param {string} folder
 * @param {(name: string) => string | undefined} target */
export async function unzip(archive, folder, target) {
  const file = await open(archive);
  try {
    for (const entry of await readDirectory(file)) {
      const relative = entry.name.endsWith('/') ? undefined : target(entry.name);
      if (relative === undefined) continue;
      const destination = path.resolve(folder, relative);
      if (!destination.startsWith(path.resolve(folder) + path.sep))
        throw new Error(`${archive} would write outside ${folder}`);
      await mkdir(path.dirname(destination), { recursive: true });
      const start = await dataStart(file, entry);
      // An empty range cannot be asked of a read stream.
      if (entry.size === 0) {
        await (await open(destination, 'w', entry.mode)).close();
        continue;
      }
      const source = createReadStream(archive, { start, end: start + entry.size - 1 });
      const sink = createWriteStream(destination, { mode: entry.mode });
      if (entry.method === STORED) await pipeline(source, sink);
      else if (entry.method === DEFLATED) await pipeline(source, createInflateRaw(), sink);
      else throw new Error(`${archive}: ${entry.name} uses unknown compression ${entry.method}`);
    }
  } finally {
    await file.close();
  }
}

/** @param {import('node:fs/promises').FileHandle} file
 * @returns {Promise<Entry[]>} */
async function readDirectory(file) {
  const { size } = await file.stat();
  const tail = await readAt(file, Math.max(0, size - END_SIZE - 0xffff), Math.min(size, END_SIZE + 0xffff));
  let end = tail.length - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END_MAGIC) end--;
  if (end < 0) throw new Error('not a zip archive: its directory is missing');
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  const entries = [];
  for (let at = 0; at < directory.length;) {
    if (directory.readUInt32LE(at) !== CENTRAL_MAGIC) throw new Error('damaged zip archive');
    const nameLength = directory.readUInt16LE(at + 28);
    entries.push({
      name: directory.toString('utf8', at + 46, at + 46 + nameLength),
      method: directory.readUInt16LE(at + 10),
      size: directory.readUInt32LE(at + 20),
      offset: directory.readUInt32LE(at + 42),
      mode: directory.readUInt16LE(at + 40) & 0o777 || 0o644,
    });
    at += 46 + nameLength + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return entries;
}

/** @param {import('node:fs/promises').FileHandle} file
 * @param {Entry} entry */
async function dataStart(file, entry) {
  const header = await readAt(file, entry.offset, LOCAL_HEADER_SIZE);
  return entry.offset + LOCAL_HEADER_SIZE + header.readUInt16LE(26) + header.readUInt16LE(28);
}

/** @param {import('node:fs/promises').FileHandle} file
 * @param {number} position
 * @param {number} length */
async function readAt(file, position, length) {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
  if (bytesRead !== length) throw new Error('the zip archive is cut short');
  return buffer;
}
