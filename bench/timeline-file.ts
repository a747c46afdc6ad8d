import { open } from 'node:fs/promises';
import type { EntryBody } from '../src-shared/wire/timeline.ts';
import { encodeClosed, encodeEntry, encodeGrowth, encodeHeader } from '../src-main/daemon/timeline/log-lines.ts';

const LOG_ID = 'aaaaaaaaaaaaaaaa';
const WRITE_BYTES = 4 * 1024 * 1024;
const WORDS = 'one more sentence of an answer that goes on and on, as they do; ';

/** Writes a timeline as a long session leaves it: turns of a prompt, tool calls with their updates, and text that grew. */
export async function writeTimeline(path: string, entries: number): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    let lines = encodeHeader(LOG_ID);
    for (let seq = 1; seq <= entries; seq++) {
      const body = bodyOf(seq);
      lines += encodeEntry({ seq, at: new Date(1.7e12 + seq * 1000).toISOString(), body });
      if (body.kind === 'message') lines += encodeGrowth({ seq, offset: body.text.length, text: WORDS });
      if (lines.length < WRITE_BYTES) continue;
      await file.write(lines);
      lines = '';
    }
    await file.write(lines + encodeClosed(LOG_ID));
  } finally {
    await file.close();
  }
}

function bodyOf(seq: number): EntryBody {
  const toolCallId = `call_${seq - (seq % 2)}`;
  switch (seq % 10) {
    case 1:
      return { kind: 'user', text: `Prompt ${seq}`, by: { deviceId: null, name: 'This computer' } };
    case 2:
    case 4:
    case 6: {
      const tool = { toolCallId, title: `Read src/file-${seq}.ts`, toolKind: 'read', status: 'pending' as const };
      return { kind: 'tool', ...tool, content: [], locations: [], input: '{"path":"src/file.ts"}', output: null };
    }
    case 3:
    case 5:
    case 7:
      return { kind: 'tool-update', toolCallId, status: 'completed', content: [{ type: 'text', text: WORDS }] };
    case 0:
      return { kind: 'turn-end', reason: 'end_turn', error: null };
    default:
      return { kind: 'message', text: WORDS };
  }
}
