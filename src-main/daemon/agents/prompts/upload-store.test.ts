import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '../../../../src-shared/manual-clock.ts';
import { collectingLogger } from '../../../platform/logger.ts';
import { UPLOAD_CHECK_MS, UPLOAD_LIFETIME_MS } from '../../limits.ts';
import { AgentAttachments } from './attachment-store.ts';
import { UploadStore } from './upload-store.ts';

let home: string;
let now: number;
let clock: ManualClock;
let store: UploadStore;
let agent: AgentAttachments;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'paseo-uploads-'));
  now = Date.parse('2026-05-04T10:00:00Z');
  clock = new ManualClock();
  store = await reopened();
  agent = await AgentAttachments.open(join(home, 'agent', 'attachments'), collectingLogger());
});

afterEach(async () => {
  await store.stop();
  expect(clock.armed).toBe(0);
  await rm(home, { recursive: true });
});

function reopened(): Promise<UploadStore> {
  return UploadStore.open({
    ...{ folder: join(home, 'uploads'), clock, date: () => new Date(now), logger: collectingLogger() },
  });
}

const bytes = Buffer.from('some bytes of a file');
const part = (offset: number, end: number, uploadId = 'u'.repeat(20), size = bytes.length) => ({
  ...{ uploadId, name: 'notes.txt', mimeType: 'text/plain', size, offset },
  data: bytes.subarray(offset, end).toString('base64'),
});
/** A whole file of this owner; its id. */
async function sent(owner: string, n = 0): Promise<string> {
  return (await store.put(owner, part(0, 20, `upload-number-${n + 100}`))).attachment!.id;
}

describe('a file for a prompt', () => {
  test('comes in parts, each once however often it is sent, also by a new daemon', async () => {
    await expect(store.put('phone', part(0, 5))).resolves.toEqual({ received: 5, attachment: null });
    await expect(store.put('phone', part(0, 5))).resolves.toEqual({ received: 5, attachment: null });
    await store.stop();
    store = await reopened();
    await expect(store.put('phone', part(0, 5))).resolves.toEqual({ received: 5, attachment: null });
    await expect(store.put('phone', part(9, 20))).rejects.toMatchObject({ code: 'bad_request' });
    const whole = await store.put('phone', part(5, 20));
    expect(whole).toMatchObject({ received: 20, attachment: { name: 'notes.txt', mimeType: 'text/plain', size: 20 } });
    await expect(store.put('phone', part(5, 20))).resolves.toEqual(whole);
    const [attachment] = await store.take('phone', [whole.attachment!.id], agent);
    expect(attachment).toEqual(whole.attachment);
    expect(await agent.bytes(attachment!.id)).toEqual(bytes);
    expect((await stat(await agent.path(attachment!.id))).mode & 0o777).toBe(0o600);
    expect(await readdir(join(home, 'uploads'))).toEqual([]);
  });

  test('may be empty, and parts of it may come at the same time', async () => {
    const empty = await store.put('phone', part(0, 0, 'e'.repeat(16), 0));
    expect(empty).toMatchObject({ received: 0, attachment: { size: 0 } });
    await store.put('phone', part(0, 5));
    const both = await Promise.all([store.put('phone', part(5, 20)), store.put('phone', part(5, 20))]);
    expect(both[0]).toEqual(both[1]);
    expect(await store.take('phone', [both[0].attachment!.id, empty.attachment!.id], agent)).toHaveLength(2);
  });

  test('is refused when it is longer than it was said to be, or another one', async () => {
    await store.put('phone', part(0, 5));
    await expect(
      store.put('phone', { ...part(5, 20), data: Buffer.alloc(30).toString('base64') }),
    ).rejects.toMatchObject({
      code: 'bad_request',
    });
    await expect(store.put('phone', { ...part(5, 20), size: 25 })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(store.put('phone', { ...part(5, 20), name: 'x' })).rejects.toMatchObject({ code: 'bad_request' });
    await expect(store.put('phone', part(5, 5))).rejects.toMatchObject({ code: 'bad_request' });
    await expect(store.put('phone', part(5, 20, 'new'.padEnd(16, '0')))).rejects.toMatchObject({ code: 'not_found' });
  });

  test('belongs to who sent it: nobody else can take it or go on with it', async () => {
    const id = await sent('phone');
    await expect(store.take('laptop', [id], agent)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.put('laptop', part(5, 20, 'upload-number-100'))).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(store.take('phone', [id], agent)).resolves.toHaveLength(1);
  });

  test('can be sent again with a prompt that failed, and is not taken before it is whole', async () => {
    const id = await sent('phone');
    await store.take('phone', [id, id], agent);
    await expect(store.take('phone', [id], agent)).resolves.toMatchObject([{ id, name: 'notes.txt' }]);
    await store.put('phone', part(0, 5));
    const ids = await readdir(join(home, 'uploads'));
    await expect(store.take('phone', ids, agent)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.take('phone', ['../agent'], agent)).rejects.toMatchObject({ code: 'not_found' });
  });

  test('is an image only when its bytes are', async () => {
    const data = Buffer.from('<svg/>').toString('base64');
    const upload = { uploadId: 's'.repeat(16), name: 'a.png', mimeType: 'image/png', size: 6, offset: 0, data };
    await expect(store.put('phone', upload)).resolves.toMatchObject({
      attachment: { mimeType: 'application/octet-stream', name: 'a.png' },
    });
  });
});

describe('files that no prompt takes', () => {
  test('are forgotten after a day, by a running daemon and by a new one', async () => {
    await sent('phone', 1);
    now += UPLOAD_LIFETIME_MS / 2;
    await sent('phone', 2);
    now += UPLOAD_LIFETIME_MS / 2;
    clock.advance(UPLOAD_CHECK_MS);
    await store.stop();
    expect(await readdir(join(home, 'uploads'))).toHaveLength(1);
    now += UPLOAD_LIFETIME_MS;
    await writeFile(join(home, 'uploads', 'stray'), '');
    store = await reopened();
    expect(await readdir(join(home, 'uploads'))).toEqual([]);
  });

  test('give way to newer ones of the same owner alone', async () => {
    const other = await sent('laptop', 99);
    const ids: string[] = [];
    for (let i = 0; i < 41; i++, now += 1000) ids.push(await sent('phone', i));
    await expect(store.take('phone', [ids[0]!], agent)).rejects.toMatchObject({ code: 'not_found' });
    await expect(store.take('phone', ids.slice(1), agent)).resolves.toHaveLength(40);
    await expect(store.take('laptop', [other], agent)).resolves.toHaveLength(1);
  });

  test('give way when they are too large together', async () => {
    const size = 10 * 1024 * 1024;
    for (let i = 0; i < 25; i++, now += 1000) {
      await store.put('phone', { ...part(0, 5, `large-file-no-${i + 100}`, size) });
    }
    expect(await readdir(join(home, 'uploads'))).toHaveLength(20);
  });
});
