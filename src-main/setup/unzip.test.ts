import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { unzip } from './unzip.mjs';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'paseo-unzip-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A zip archive as in PKWARE APPNOTE 4.3, with a comment at its end. */
function zip(entries: { name: string; data: string; mode?: number; stored?: boolean }[]): string {
  const bodies: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, data, mode = 0o644, stored = false } of entries) {
    const packed = stored ? Buffer.from(data) : deflateRawSync(data);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(name.length, 26);
    local.writeUInt16LE(2, 28);
    const body = Buffer.concat([local, Buffer.from(name), Buffer.from('xx'), packed]);
    const central = Buffer.alloc(46);
    central.writeUInt32LE(0x02014b50, 0);
    central.writeUInt16LE(stored ? 0 : 8, 10);
    central.writeUInt32LE(packed.length, 20);
    central.writeUInt16LE(name.length, 28);
    central.writeUInt16LE(mode, 40);
    central.writeUInt32LE(offset, 42);
    bodies.push(body);
    directory.push(central, Buffer.from(name));
    offset += body.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(7, 20);
  const archive = path.join(folder, 'a.zip');
  writeFileSync(archive, Buffer.concat([...bodies, ...directory, end, Buffer.from('comment')]));
  return archive;
}

it('unpacks the wanted files under their new names, with their permissions', async () => {
  const archive = zip([
    { name: 'top/', data: '', stored: true },
    { name: 'top/program', data: 'x'.repeat(100_000), mode: 0o755 },
    { name: 'top/plain', data: 'stored', stored: true },
    { name: 'top/empty', data: '', stored: true },
    { name: 'top/unwanted', data: 'no' },
  ]);
  const out = path.join(folder, 'out');
  await unzip(archive, out, (name) => (name.endsWith('unwanted') ? undefined : name.replace('top/', 'new/')));
  expect(readdirSync(path.join(out, 'new')).toSorted()).toEqual(['empty', 'plain', 'program']);
  expect(readFileSync(path.join(out, 'new/program'), 'utf8')).toBe('x'.repeat(100_000));
  expect(readFileSync(path.join(out, 'new/plain'), 'utf8')).toBe('stored');
  expect(statSync(path.join(out, 'new/program')).mode & 0o111).not.toBe(0);
  expect(statSync(path.join(out, 'new/plain')).mode & 0o111).toBe(0);
});

it('writes nothing outside of the folder', async () => {
  const archive = zip([{ name: '../escaped', data: 'x' }]);
  await expect(unzip(archive, path.join(folder, 'out'), (name) => name)).rejects.toThrow('outside');
  expect(readdirSync(folder)).toEqual(['a.zip']);
});

it('refuses what is not a zip archive', async () => {
  const file = path.join(folder, 'a.zip');
  writeFileSync(file, 'not a zip archive, only some text');
  await expect(unzip(file, folder, (name) => name)).rejects.toThrow('not a zip archive');
});
