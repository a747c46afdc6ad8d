import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** What came back on one raw connection until the server closed it, or until the head of a 101. */
interface RawAnswer {
  /** null when the server closed without a word. */
  readonly status: number | null;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** For tests: sends exactly these bytes (latin1) and reads the first answer. */
export async function rawHttp(where: number | string, bytes: string): Promise<RawAnswer> {
  const socket = await rawConnection(where);
  socket.write(Buffer.from(bytes, 'latin1'));
  return await firstAnswer(socket);
}

export async function rawConnection(where: number | string): Promise<Socket> {
  const socket = typeof where === 'string' ? connect(where) : connect(where, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** Reads until the end, or until a whole first answer is there; then ends the connection. */
export async function firstAnswer(socket: Socket): Promise<RawAnswer> {
  let text = '';
  socket.setEncoding('latin1');
  for await (const piece of socket) {
    text += String(piece);
    const answer = parsed(text);
    const length = Number(answer?.headers['content-length'] ?? '0');
    if (answer && (answer.status === 101 || answer.body.length >= length)) return answer;
  }
  return parsed(text) ?? { status: null, headers: {}, body: '' };
}

/** The head of a WebSocket opening, as latin1 text. `changes` replaces headers, or leaves one out with null. */
export function openingOf(changes: Readonly<Record<string, string | null>> = {}, target = '/ws'): string {
  const headers = { ...OPENING, ...changes };
  const lines = Object.entries(headers).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
  return [`GET ${target} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

const OPENING: Readonly<Record<string, string>> = {
  Host: 'localhost',
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Version': '13',
  'Sec-WebSocket-Key': 'AAAAAAAAAAAAAAAAAAAAAA==',
};

function parsed(text: string): RawAnswer | null {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const headers = lines.map((line) => [
    line.slice(0, line.indexOf(':')).toLowerCase(),
    line.slice(line.indexOf(':') + 1).trim(),
  ]);
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(headers) as Record<string, string>,
    body: text.slice(end + 4),
  };
}
