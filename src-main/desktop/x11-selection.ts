import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { hostname } from 'node:os';

export interface X11Display {
  readonly host: string;
  readonly number: number;
  readonly screen: number;
}

/** `:0`, `:0.1` or `host:10.0`; null for anything else. */
export function parseDisplay(text: string): X11Display | null {
  const match = /^(?:unix)?([A-Za-z0-9.-]*):(\d{1,5})(?:\.(\d{1,3}))?$/.exec(text);
  if (!match) return null;
  return { host: match[1] ?? '', number: Number(match[2]), screen: Number(match[3] ?? 0) };
}

/**
 * Whether some program owns a selection of the X server (a tray announces itself so, an XSETTINGS daemon too). Asked in the X
 * protocol itself, since no tool for it is on every desktop. Rejects when the server cannot be asked.
 */
export async function x11SelectionOwned(
  display: X11Display,
  selection: string,
  options: { authorityFile: string | null; signal: AbortSignal },
): Promise<boolean> {
  const cookie = await findCookie(options.authorityFile, display);
  const socket = dial(display);
  const end = (): void => void socket.destroy(new Error('The X server did not answer in time.'));
  options.signal.addEventListener('abort', end);
  try {
    const read = reader(socket);
    socket.write(setupRequest(cookie));
    const head = await read(8);
    const rest = await read(head.readUInt16LE(6) * 4);
    if (head[0] !== 1) throw new Error(`The X server refused: ${rest.toString('latin1').replace(/\0+$/, '')}`);
    socket.write(internAtomRequest(selection));
    const atom = (await read(REPLY_BYTES)).readUInt32LE(8);
    if (atom === 0) return false;
    socket.write(getSelectionOwnerRequest(atom));
    return (await read(REPLY_BYTES)).readUInt32LE(8) !== 0;
  } finally {
    options.signal.removeEventListener('abort', end);
    socket.destroy();
  }
}

const REPLY_BYTES = 32;
const COOKIE_NAME = 'MIT-MAGIC-COOKIE-1';

function dial({ host, number }: X11Display): Socket {
  if (host === '') return connect(`/tmp/.X11-unix/X${number}`);
  return connect(6000 + number, host);
}

/** Bytes of the socket in the amounts asked for; waits for one amount at a time. */
function reader(socket: Socket): (bytes: number) => Promise<Buffer> {
  let buffered = Buffer.alloc(0);
  let failure: Error | null = null;
  let wake: () => void = () => undefined;
  socket.on('data', (data: Buffer) => {
    buffered = Buffer.concat([buffered, data]);
    wake();
  });
  socket.on('error', (error) => (failure = error));
  socket.on('close', () => {
    failure ??= new Error('The X server closed the connection.');
    wake();
  });
  return async (bytes) => {
    while (buffered.length < bytes) {
      if (failure !== null) throw failure;
      await new Promise<void>((resolve) => (wake = resolve));
    }
    const result = buffered.subarray(0, bytes);
    buffered = buffered.subarray(bytes);
    return result;
  };
}

function setupRequest(cookie: Buffer | null): Buffer {
  const name = Buffer.from(cookie === null ? '' : COOKIE_NAME, 'latin1');
  const data = cookie ?? Buffer.alloc(0);
  const head = Buffer.alloc(12);
  // 'l': what follows is little-endian, as are the answers. Protocol 11.0.
  head.write('l', 0, 'latin1');
  head.writeUInt16LE(11, 2);
  head.writeUInt16LE(name.length, 6);
  head.writeUInt16LE(data.length, 8);
  return Buffer.concat([head, padded(name), padded(data)]);
}

/** InternAtom, opcode 16, only if it exists. */
function internAtomRequest(name: string): Buffer {
  const bytes = Buffer.from(name, 'latin1');
  const head = Buffer.alloc(8);
  head.set([16, 1]);
  head.writeUInt16LE(2 + Math.ceil(bytes.length / 4), 2);
  head.writeUInt16LE(bytes.length, 4);
  return Buffer.concat([head, padded(bytes)]);
}

/** GetSelectionOwner, opcode 23. */
function getSelectionOwnerRequest(atom: number): Buffer {
  const request = Buffer.alloc(8);
  request.set([23, 0]);
  request.writeUInt16LE(2, 2);
  request.writeUInt32LE(atom, 4);
  return request;
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}

/** The cookie for a display from an Xauthority file (fields: family, address, display number, name, data; big-endian). */
async function findCookie(file: string | null, display: X11Display): Promise<Buffer | null> {
  const content = file === null ? null : await readFile(file).catch(() => null);
  if (content === null) return null;
  let offset = 0;
  const field = (): Buffer => {
    const length = content.readUInt16BE(offset);
    offset += 2 + length;
    return content.subarray(offset - length, offset);
  };
  let fallback: Buffer | null = null;
  while (offset + 10 <= content.length) {
    offset += 2;
    const [address, number, name, data] = [field(), field(), field(), field()];
    if (name?.toString('latin1') !== COOKIE_NAME || !['', String(display.number)].includes(number?.toString() ?? ''))
      continue;
    if (data === undefined) continue;
    if (address?.toString() === (display.host || hostname())) return data;
    fallback ??= data;
  }
  return fallback;
}
