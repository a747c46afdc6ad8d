import { z } from 'zod';
import type { RpcId } from '../../../agent-host/host-protocol.ts';
import { endOfString, QUOTE, rpcHead } from '../../../agent-host/rpc-head.ts';

/** The other side's answer to a request that it refused. `data` is what it put beside the message. JSON-RPC 2.0, section 5.1. */
export class RpcError extends Error {
  readonly rpcCode: number;
  readonly data: unknown;

  constructor(rpcCode: number, message: string, data?: unknown) {
    super(message);
    this.name = 'RpcError';
    this.rpcCode = rpcCode;
    this.data = data;
  }
}

export type RpcMessage =
  | { readonly kind: 'request'; readonly id: RpcId; readonly method: string; readonly params: unknown }
  | { readonly kind: 'notification'; readonly method: string; readonly params: unknown }
  | { readonly kind: 'result'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'error'; readonly id: number; readonly error: RpcError }
  /** JSON that nests so deeply that what is done with it later could fail. Only its outermost level was read. */
  | { readonly kind: 'deep'; readonly id: RpcId | undefined; readonly hasMethod: boolean }
  | { readonly kind: 'ignored'; readonly why: 'empty' | 'not_json' | 'not_rpc' };

const ErrorObject = z
  .looseObject({
    code: z.number().catch(-32603),
    message: z.string().catch('it gave no reason'),
    data: z.unknown().optional(),
  })
  .catch({ code: -32603, message: 'it gave no reason' });

const Message = z.looseObject({
  jsonrpc: z.literal('2.0'),
  id: z.union([z.number(), z.string(), z.null()]).optional(),
  method: z.string().optional(),
  params: z.unknown().optional(),
  result: z.unknown().optional(),
  error: ErrorObject.optional(),
});

/** One line of a program as a JSON-RPC message; batches are not part of ACP. Never throws. */
export function parseRpc(line: Buffer): RpcMessage {
  if (nestsDeeply(line)) return { kind: 'deep', ...(rpcHead(line) ?? { id: undefined, hasMethod: false }) };
  const text = line.toString('utf8');
  if (text.trim() === '') return { kind: 'ignored', why: 'empty' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'ignored', why: 'not_json' };
  }
  const { data } = Message.safeParse(value);
  if (data === undefined) return { kind: 'ignored', why: 'not_rpc' };
  const { id, method, params, result, error } = data;
  if (method !== undefined && id !== undefined) return { kind: 'request', id, method, params };
  if (method !== undefined) return { kind: 'notification', method, params };
  // Our requests have numbers.
  if (typeof id !== 'number') return { kind: 'ignored', why: 'not_rpc' };
  if (error === undefined) return { kind: 'result', id, result };
  return { kind: 'error', id, error: new RpcError(error.code, error.message, error.data) };
}

/** JSON.parse takes any depth, JSON.stringify and schemas do not. Nothing of ACP nests deeper than a few dozen. */
const MAX_DEPTH = 256;

function nestsDeeply(line: Buffer): boolean {
  // It would have no room to close them.
  if (line.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  for (let at = 0; at < line.length;) {
    const byte = line[at]!;
    // `{` and `[`, `}` and `]` differ in one bit.
    if ((byte | 0x20) === 0x7b && ++depth > MAX_DEPTH) return true;
    if ((byte | 0x20) === 0x7d) depth--;
    at = byte === QUOTE ? endOfString(line, at) : at + 1;
  }
  return false;
}
