import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { collectingLogger } from '../../../platform/logger.ts';
import { AgentAttachments } from './attachment-store.ts';
import { checkMentions, promptBlocks } from './prompt-content.ts';

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const NONE = { image: false, audio: false, embeddedContext: false };
const ALL = { image: true, audio: true, embeddedContext: true };

let home: string;
let cwd: string;
let attachments: AgentAttachments;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'paseo-prompt-'));
  cwd = join(home, 'project');
  await mkdir(join(cwd, 'src'), { recursive: true });
  await writeFile(join(cwd, 'src', 'ä b.ts'), 'code');
  await writeFile(join(home, 'secret'), 'secret');
  attachments = await AgentAttachments.open(join(home, 'attachments'), collectingLogger());
});

afterEach(async () => {
  await rm(home, { recursive: true });
});

const kept = (bytes: Buffer, name: string, mimeType: string) =>
  attachments.keep({ base64: bytes.toString('base64'), name, mimeType })!;

describe('a prompt', () => {
  test('has its files in the best form that the agent takes', async () => {
    const image = kept(PNG, 'a.png', 'image/png');
    const sound = kept(Buffer.from('sound'), 'a.wav', 'audio/wav');
    const text = kept(Buffer.from('words'), 'a.txt', 'text/plain');
    const binary = kept(Buffer.from([0xff, 0xfe, 0]), 'a.bin', 'application/zip');
    const large = kept(Buffer.alloc(200_000, 'a'), 'large.txt', 'text/plain');
    const prompt = { text: 'Look', attachments: [image, sound, text, binary, large], mentions: [] };
    const link = async ({ id, name, mimeType, size }: typeof image) => {
      return { type: 'resource_link', name, mimeType, size, uri: pathToFileURL(await attachments.path(id)).href };
    };
    const uri = pathToFileURL(await attachments.path(image.id)).href;
    expect(await promptBlocks(prompt, { cwd, capabilities: ALL, attachments })).toEqual([
      { type: 'text', text: 'Look' },
      { type: 'image', data: PNG.toString('base64'), mimeType: 'image/png', uri },
      { type: 'audio', data: Buffer.from('sound').toString('base64'), mimeType: 'audio/wav' },
      { type: 'resource', resource: { text: 'words', mimeType: 'text/plain', uri: (await link(text)).uri } },
      await link(binary),
      await link(large),
    ]);
    expect(await promptBlocks(prompt, { cwd, capabilities: NONE, attachments })).toEqual([
      { type: 'text', text: 'Look' },
      ...(await Promise.all(prompt.attachments.map(link))),
    ]);
  });

  test('carries no more bytes than one message takes: what is too large is pointed at', async () => {
    const image = (n: number, size: number) =>
      kept(Buffer.concat([PNG, Buffer.alloc(size, n)]), `${n}.png`, 'image/png');
    const mib = 1024 * 1024;
    const images = [image(1, 6 * mib), ...[2, 3, 4, 5, 6, 7].map((n) => image(n, 4 * mib + n)), image(8, 10)];
    const blocks = await promptBlocks(
      { text: '', attachments: images, mentions: [] },
      { cwd, capabilities: ALL, attachments },
    );
    expect(blocks.map(({ type }) => type).join(' ')).toBe(
      'resource_link image image image image image resource_link image',
    );
  });

  test('points at what it mentions, and leaves out what went away meanwhile', async () => {
    const gone = { id: 'z'.repeat(16), name: 'gone', mimeType: 'text/plain', size: 1 };
    const mentions = ['src/ä b.ts', 'src', '.', 'deleted.ts', '../secret'];
    const blocks = await promptBlocks(
      { text: '', attachments: [gone], mentions },
      { cwd, capabilities: ALL, attachments },
    );
    expect(blocks).toEqual([
      { type: 'resource_link', name: 'src/ä b.ts', uri: pathToFileURL(join(cwd, 'src', 'ä b.ts')).href },
      { type: 'resource_link', name: 'src', uri: pathToFileURL(join(cwd, 'src')).href },
      { type: 'resource_link', name: '.', uri: pathToFileURL(cwd).href },
    ]);
  });
});

describe('a mention', () => {
  test('is a file or folder of the working folder', async () => {
    await symlink(join(cwd, 'src'), join(cwd, 'inside'));
    await expect(checkMentions(cwd, ['src', 'src/ä b.ts', 'inside/ä b.ts', './src/../src'])).resolves.toBeUndefined();
  });

  test.each([
    '../secret',
    'src/../../secret',
    'out',
    'out/secret',
    '/etc/passwd',
    'none',
    'a\0b',
    '..',
    '%2e%2e/secret',
    'loop',
  ])('that leads elsewhere is refused: %j', async (mention) => {
    await symlink(home, join(cwd, 'out'));
    await symlink('loop', join(cwd, 'loop'));
    await expect(checkMentions(cwd, [mention])).rejects.toMatchObject({ code: 'bad_request' });
  });

  test('of a folder whose name only begins alike is refused', async () => {
    await mkdir(join(home, 'project-two'));
    await expect(checkMentions(cwd, ['../project-two'])).rejects.toMatchObject({ code: 'bad_request' });
  });
});
