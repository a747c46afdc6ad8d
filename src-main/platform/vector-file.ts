import { z } from 'zod';
import { fromHex } from '../../src-shared/bytes.ts';

const Hex = z.string().transform((text, context) => {
  try {
    return fromHex(text);
  } catch {
    context.addIssue({ code: 'custom', message: 'is not hexadecimal' });
    return z.NEVER;
  }
});

/** One vector in the format that cacophony, snow and noise-c share; keys beyond these are ignored. */
const NoiseVector = z
  .object({
    protocol_name: z.string().optional(),
    name: z.string().optional(),
    init_prologue: Hex.optional(),
    init_psks: z.array(Hex).optional(),
    init_static: Hex.optional(),
    init_ephemeral: Hex.optional(),
    init_remote_static: Hex.optional(),
    resp_prologue: Hex.optional(),
    resp_psks: z.array(Hex).optional(),
    resp_static: Hex.optional(),
    resp_ephemeral: Hex.optional(),
    resp_remote_static: Hex.optional(),
    handshake_hash: Hex.optional(),
    messages: z.array(z.object({ payload: Hex, ciphertext: Hex })).min(1),
  })
  .refine((vector) => (vector.protocol_name ?? vector.name) !== undefined, { message: 'has no protocol_name' });
export type NoiseVector = z.infer<typeof NoiseVector>;

const Counter = z.union([z.string().regex(/^\d{1,20}$/), z.int().min(0)]).transform((value) => BigInt(value));

/** CipherState and X25519 cases that the public vectors do not have: boundary nonces, REKEY, low-order keys. */
const ExtraVectors = z.object({
  key: Hex,
  ad: Hex,
  plaintext: Hex,
  nonces: z.array(z.object({ n: Counter, ciphertext: Hex })),
  /** `k` is the key after `n` times REKEY, `ciphertext` what it makes of the plaintext at nonce `n`. */
  rekey: z.array(z.object({ n: z.int().min(0).max(1000), k: Hex, ciphertext: Hex })),
  lowOrderX25519PublicKeys: z.array(Hex),
  nonceReserved: z.object({ n: Counter }).optional(),
});
export type ExtraVectors = z.infer<typeof ExtraVectors>;

export type VectorFile =
  | { readonly kind: 'noise'; readonly vectors: readonly NoiseVector[] }
  | { readonly kind: 'extra'; readonly vectors: ExtraVectors };

/** Reads a file of Noise vectors (a list, or an object with `vectors`) or of extra vectors. Throws Error saying what is wrong where. */
export function parseVectorFile(text: string): VectorFile {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const list = Array.isArray(json) ? json : isObject(json) ? json['vectors'] : undefined;
  if (list === undefined && isObject(json) && 'nonces' in json)
    return { kind: 'extra', vectors: parse(ExtraVectors, json) };
  if (list === undefined) throw new Error('it holds neither a list of Noise vectors nor extra vectors');
  return { kind: 'noise', vectors: parse(z.array(NoiseVector).min(1, 'it holds no vectors'), list) };
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown): z.output<Schema> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new Error(issue.path.length > 0 ? `${issue.path.join('.')}: ${issue.message}` : issue.message);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
