import type { AnsweredRequest, Hello, RpcId, SendHeader, Sweep } from './host-protocol.ts';

/**
 * The daemon's messages as the host reads them, by hand: the schemas that the daemon uses would double the memory that each
 * host takes. All throw when the payload is something else.
 */
export function parseHello(payload: Buffer): Hello {
  const { protocol, hostId, from } = fields(payload);
  if (typeof hostId !== 'string') throw new Error('no host is named');
  return { protocol: count(protocol), hostId, from: count(from) };
}

/** The header and the line, with a newline at its end. */
export function parseSend(payload: Buffer): { header: SendHeader; line: Buffer } {
  const end = payload.indexOf(0x0a);
  if (end < 0) throw new Error('no line');
  const { id, method, answers } = fields(payload.subarray(0, end));
  if (method !== undefined && typeof method !== 'string') throw new Error('a strange method');
  const line = payload.subarray(end + 1);
  if (line.includes(0x0a)) throw new Error('two lines');
  return {
    header: {
      ...(id !== undefined && { id: count(id) }),
      ...(method !== undefined && { method }),
      ...(answers !== undefined && { answers: answered(answers) }),
    },
    line: Buffer.concat([line, Buffer.of(0x0a)]),
  };
}

export function parseAck(payload: Buffer): number {
  return count(fields(payload)['n']);
}

export function parseFlow(payload: Buffer): boolean {
  return fields(payload)['paused'] === true;
}

/** How long a program may take from SIGTERM to SIGKILL; undefined: as usual. */
export function parseStop(payload: Buffer): number | undefined {
  const { graceMs } = fields(payload);
  return graceMs === undefined ? undefined : count(graceMs);
}

export function parseSweep(payload: Buffer): Sweep & { readonly id: number } {
  const { id, orphansOnly } = fields(payload);
  const graceMs = parseStop(payload);
  return {
    id: count(id),
    orphansOnly: orphansOnly === true,
    ...(graceMs !== undefined && { graceMs }),
  };
}

function fields(payload: Buffer): Record<string, unknown> {
  const value: unknown = JSON.parse(payload.toString('utf8'));
  if (typeof value !== 'object' || value === null) throw new Error('no object');
  return { ...value };
}

function count(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new Error('no number');
  return value as number;
}

function answered(value: unknown): AnsweredRequest {
  if (typeof value !== 'object' || value === null) throw new Error('no request');
  const { id, line }: { id?: unknown; line?: unknown } = value;
  if (!isRpcId(id)) throw new Error('a strange id');
  return { id, line: count(line) };
}

function isRpcId(value: unknown): value is RpcId {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
