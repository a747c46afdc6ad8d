import { afterEach, expect, it } from 'vitest';
import { RequestError } from '../../src-shared/client/request-error.ts';
import { MAX_PROMPT_ATTACHMENTS } from '../../src-shared/limits.ts';
import { until, UploadPeer } from './attachment-upload-fixture.ts';
import { Draft } from './draft.ts';

let peer: UploadPeer;
afterEach(() => peer.stop());

function open(): Draft {
  peer = new UploadPeer(({ name, mimeType, size }) => ({
    received: size,
    attachment: { id: 'a'.repeat(16), name, mimeType, size },
  }));
  return new Draft();
}

const notes = () => new File(['text'], 'notes.txt', { type: 'text/plain' });

it('is a message once its files are with the daemon', async () => {
  const draft = open();
  draft.setText('see @src/a.ts');
  draft.choose('src/a.ts');
  draft.choose('src/b.ts');
  draft.attach([notes()], peer.client);
  expect(draft.message()).toBeNull();
  await until(draft.state.get().uploads[0]!.state, ({ state }) => state === 'done');
  expect(draft.message()).toEqual({ text: 'see @src/a.ts', attachments: ['a'.repeat(16)], mentions: ['src/a.ts'] });
});

it('has everything back after a failure, unless the person went on writing', () => {
  const draft = open();
  draft.setText('first');
  draft.attach([notes()], peer.client);
  const held = draft.take();
  expect(draft.state.get()).toMatchObject({ text: '', uploads: [] });
  draft.restore(held);
  expect(draft.state.get()).toEqual(held);

  const again = draft.take();
  draft.setText('second');
  draft.restore(again);
  expect(draft.state.get()).toMatchObject({ text: 'second', uploads: [] });
});

it('is empty once it was sent, and here again when that failed', async () => {
  const draft = open();
  draft.setText('first');
  draft.attach([notes()], peer.client);
  await until(draft.state.get().uploads[0]!.state, ({ state }) => state === 'done');
  const held = draft.state.get();
  const refused = draft.send(() => Promise.reject(new RequestError('not_found', 'It was forgotten.')));
  expect(draft.state.get()).toMatchObject({ text: '', uploads: [] });
  await expect(refused).rejects.toThrow('It was forgotten.');
  expect(draft.state.get()).toEqual(held);
  // What the daemon has forgotten goes there again.
  expect(draft.message()).toBeNull();
  await until(held.uploads[0]!.state, ({ state }) => state === 'done');

  const sent: string[] = [];
  await draft.send(async ({ text }) => void sent.push(text));
  await draft.send(async ({ text }) => void sent.push(text));
  expect(sent).toEqual(['first', '']);
});

it('takes as many files as a message may have, and says so', () => {
  const draft = open();
  const files = Array.from({ length: MAX_PROMPT_ATTACHMENTS + 1 }, notes);
  expect(draft.attach(files, peer.client)).toBe(`A message takes at most ${MAX_PROMPT_ATTACHMENTS} files.`);
  expect(draft.state.get().uploads).toHaveLength(MAX_PROMPT_ATTACHMENTS);
  draft.detach(draft.state.get().uploads[0]!);
  expect(draft.attach([notes()], peer.client)).toBeNull();
});

it('mentions no files of a folder that was left', () => {
  const draft = open();
  draft.inFolder('/a');
  draft.setText('@x.ts');
  draft.choose('x.ts');
  draft.inFolder('/a');
  expect(draft.message()?.mentions).toEqual(['x.ts']);
  draft.inFolder('/b');
  expect(draft.message()?.mentions).toEqual([]);
});
