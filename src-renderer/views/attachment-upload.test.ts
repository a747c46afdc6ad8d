import { afterEach, describe, expect, it } from 'vitest';
import { ATTACHMENT_PART_CHARS, MAX_ATTACHMENT_BYTES } from '../../src-shared/limits.ts';
import { AttachmentUpload, type UploadState } from './attachment-upload.ts';
import { type PartAnswer, until, UploadPeer } from './attachment-upload-fixture.ts';

const PART = (ATTACHMENT_PART_CHARS / 4) * 3;
const bytes = (size: number) => Uint8Array.from({ length: size }, (_, at) => at % 251);
const file = (size: number) => new File([bytes(size)], 'log.txt', { type: 'text/plain' });
const over = ({ state }: UploadState) => state === 'done' || state === 'failed';

let peer: UploadPeer;
afterEach(() => peer.stop());

type Part = UploadPeer['parts'][number];

function taken({ name, mimeType, size, offset, data }: Part): PartAnswer {
  const received = offset + Buffer.from(data, 'base64').length;
  const attachment = { id: 'a'.repeat(16), name, mimeType, size };
  return { received, attachment: received === size ? attachment : null };
}

function start(size: number): AttachmentUpload {
  const upload = new AttachmentUpload(file(size));
  upload.start(peer.client);
  return upload;
}

describe('AttachmentUpload', () => {
  it('sends a file in parts, in order, and ends with what the daemon calls it', async () => {
    peer = new UploadPeer(taken);
    const upload = start(2 * PART + 5);
    const end = await until(upload.state, over);
    expect(end).toMatchObject({ state: 'done', attachment: { name: 'log.txt', size: 2 * PART + 5 } });
    expect(peer.parts.map(({ offset }) => offset)).toEqual([0, PART, 2 * PART]);
    const sent = Buffer.concat(peer.parts.map(({ data }) => Buffer.from(data, 'base64')));
    expect(sent.equals(Buffer.from(bytes(2 * PART + 5)))).toBe(true);
  });

  it('goes on where it was after the connection was lost', async () => {
    let cut = false;
    peer = new UploadPeer(async (part) => {
      if (part.offset === PART && !cut) {
        cut = true;
        await peer.cut();
      }
      return taken(part);
    });
    const upload = start(2 * PART + 5);
    expect(await until(upload.state, over)).toMatchObject({ state: 'done' });
    expect(peer.parts.map(({ offset }) => offset)).toEqual([0, PART, PART, 2 * PART]);
    expect(new Set(peer.parts.map(({ uploadId }) => uploadId)).size).toBe(1);
  });

  it('starts again when the daemon has lost the beginning', async () => {
    let lost = false;
    peer = new UploadPeer((part) => {
      if (part.offset === 0 || lost) return taken(part);
      lost = true;
      return 'out_of_order';
    });
    expect(await until(start(2 * PART).state, over)).toMatchObject({ state: 'done' });
    expect(peer.parts.map(({ offset }) => offset)).toEqual([0, PART, 0, PART]);
    expect(new Set(peer.parts.map(({ uploadId }) => uploadId)).size).toBe(2);
  });

  it('does not start again for ever', async () => {
    peer = new UploadPeer((part) => (part.offset === 0 ? taken(part) : 'out_of_order'));
    expect(await until(start(2 * PART).state, over)).toMatchObject({
      state: 'failed',
      message: 'This is out_of_order.',
    });
    expect(peer.parts).toHaveLength(6);
  });

  it('says the limit of a file that is too large, without sending any of it', async () => {
    peer = new UploadPeer(taken);
    const end = await until(start(MAX_ATTACHMENT_BYTES + 1).state, over);
    expect(end).toMatchObject({ state: 'failed', message: expect.stringContaining('larger than 10 MB') as unknown });
    expect(peer.parts).toEqual([]);
  });

  it('can be tried again after a refusal', async () => {
    peer = new UploadPeer(() => 'too_many');
    const upload = start(5);
    expect(await until(upload.state, over)).toMatchObject({ state: 'failed', message: 'This is too_many.' });
    peer.answer = taken;
    upload.retry();
    expect(await until(upload.state, over)).toMatchObject({ state: 'done' });
  });

  it('sends nothing more once it was taken away, and lets the next one go', async () => {
    let answer = (): void => undefined;
    const asked = new Promise<void>((resolve) => {
      peer = new UploadPeer((part) => {
        resolve();
        return new Promise((done) => (answer = () => done(taken(part))));
      });
    });
    const first = start(3 * PART);
    await asked;
    first.cancel();
    peer.answer = taken;
    answer();
    const second = start(7);
    expect(await until(second.state, over)).toMatchObject({ state: 'done' });
    expect(peer.parts.map(({ size }) => size)).toEqual([3 * PART, 7]);
  });

  it('goes to another daemon when the message does', async () => {
    peer = new UploadPeer(taken);
    const upload = start(5);
    await until(upload.state, over);
    const other = new UploadPeer(taken);
    upload.start(other.client);
    await until(upload.state, ({ state }) => state !== 'done');
    expect(await until(upload.state, over)).toMatchObject({ state: 'done' });
    expect(other.parts).toHaveLength(1);
    await other.stop();
  });
});
