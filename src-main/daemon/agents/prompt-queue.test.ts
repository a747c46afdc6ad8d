import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { QueuedPrompt } from '../../../src-shared/wire/detail.ts';
import { TimelineLog } from '../timeline/timeline-log.ts';
import { AgentFolder } from './agent-folder.ts';
import { PromptQueue } from './prompt-queue.ts';

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
const message = (id: string): QueuedPrompt => {
  return { id, text: 'continue', attachments: [], mentions: [], by, at: '2026-01-01T00:00:00.000Z' };
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
  const gone = new PromptQueue({ write: () => Promise.reject(new Error('disk full')) }, () => {});
  await gone.restore(await folder.read('queue.json'), timeline);
  await expect(gone.take(0)!.saved).rejects.toMatchObject({ code: 'not_saved' });
  expect(gone.waiting.map(({ id }) => id)).toEqual(['a']);
});

test('a damaged file is refused and left alone', async () => {
  await folder.write('queue.json', { waiting: 'all of them' });
  await expect(stored()).rejects.toMatchObject({
    code: 'agent_failed',
    message: expect.stringContaining('queue.json'),
  });
});
