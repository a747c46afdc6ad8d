import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { QUEUED_TEXT_CHARS } from '../../../../src-shared/limits.ts';
import { TimelineLog } from '../../timeline/timeline-log.ts';
import { AgentFolder } from '../agent-folder.ts';
import { PromptQueue } from './prompt-queue.ts';
import type { WaitingPrompt } from './prompt-queue.ts';

let root: string;
let timeline: TimelineLog;
let folder: AgentFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'paseo-queue-'));
  timeline = await TimelineLog.create(join(root, 'timeline.jsonl'));
  folder = new AgentFolder(root);
});
afterEach(async () => {
  await timeline.close();
  await rm(root, { recursive: true });
});

const by = { deviceId: null, name: 'Test' };
const message = (id: string, text = 'continue'): WaitingPrompt => {
  return { id, text, attachments: [], mentions: [], by, at: '2026-01-01T00:00:00.000Z' };
};

async function stored(): Promise<PromptQueue> {
  const queue = new PromptQueue(folder, () => {});
  await queue.restore(await folder.read('queue.json'), timeline);
  return queue;
}

test('a message that was on its way when the daemon ended is sent once', async () => {
  const queue = await stored();
  await queue.add(message('a'));
  await queue.add(message('b'));
  timeline.append({ kind: 'user', text: 'continue', by });
  await timeline.flush();
  await queue.take(timeline.lastSeq)!.saved;
  // Killed before it was in the timeline: the same words of an earlier turn are not it.
  const first = await stored();
  expect(first.waiting.map(({ id }) => id)).toEqual(['a', 'b']);
  await first.take(timeline.lastSeq)!.saved;
  timeline.append({ kind: 'user', text: 'continue', by });
  await timeline.flush();
  // Killed after it.
  const second = await stored();
  expect(second.waiting.map(({ id }) => id)).toEqual(['b']);
});

test('a message stays in the queue when its sending cannot be saved', async () => {
  const queue = await stored();
  await queue.add(message('a'));
  const gone = new PromptQueue(
    Object.assign(new AgentFolder(root), { write: () => Promise.reject(new Error('disk full')) }),
    () => {},
  );
  await gone.restore(await folder.read('queue.json'), timeline);
  await expect(gone.take(0)!.saved).rejects.toMatchObject({ code: 'not_saved' });
  expect(gone.waiting.map(({ id }) => id)).toEqual(['a']);
});

test.each(['{ "waiting": "all of them" }', '{ "format": "paseo-que'])(
  'a damaged file is set aside, and the timeline says so: %s',
  async (text) => {
    await writeFile(join(root, 'queue.json'), text, { mode: 0o600 });
    const queue = await stored();
    expect(queue.waiting).toEqual([]);
    await queue.add(message('a'));
    expect((await stored()).waiting.map(({ id }) => id)).toEqual(['a']);
    const aside = join(root, 'queue.damaged.json');
    expect(await readFile(aside, 'utf8')).toBe(text);
    expect((await timeline.page(10, 10)).map(({ body }) => body)).toEqual([
      { kind: 'notice', level: 'warning', text: expect.stringContaining(aside) },
    ]);
  },
);

test('clients get the beginning of a long message, and the whole of it when they ask', async () => {
  const queue = await stored();
  await queue.add(message('short', 'x'.repeat(QUEUED_TEXT_CHARS)));
  await queue.add(message('long', 'y'.repeat(QUEUED_TEXT_CHARS + 1)));
  expect(queue.shown().map(({ text, whole }) => [text.length, whole])).toEqual([
    [QUEUED_TEXT_CHARS, true],
    [QUEUED_TEXT_CHARS, false],
  ]);
  expect(queue.read('long')).toBe('y'.repeat(QUEUED_TEXT_CHARS + 1));
  expect(() => queue.read('gone')).toThrow(expect.objectContaining({ code: 'not_found' }));
});

test('messages that are too long together are refused, and those that wait stay', async () => {
  const queue = await stored();
  const large = 'x'.repeat(250_000);
  for (let id = 0; id < 8; id++) await queue.add(message(String(id), large));
  await expect(queue.add(message('more', large))).rejects.toMatchObject({ code: 'too_many' });
  await queue.edit('0', 'short');
  await queue.add(message('more', large));
  await expect(queue.edit('0', large)).rejects.toMatchObject({ code: 'too_many' });
  expect((await stored()).waiting.map(({ text }) => text.length)).toEqual([5, ...Array<number>(8).fill(250_000)]);
});
