import { z } from 'zod';
import { RELAY_VERSION } from './envelopes.ts';

const Versioned = z.looseObject({ version: z.int() });

type Envelope<T> =
  | { readonly ok: true; readonly message: T }
  /** The peer speaks another version of the relay protocol. */
  | { readonly ok: false; readonly problem: 'version'; readonly version: number }
  | { readonly ok: false; readonly problem: 'malformed' };

/** Parses one text message of the relay protocol. Never throws. */
export function parseEnvelope<Schema extends z.ZodType>(schema: Schema, text: string): Envelope<z.output<Schema>> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: 'malformed' };
  }
  const versioned = Versioned.safeParse(value);
  if (versioned.success && versioned.data.version !== RELAY_VERSION)
    return { ok: false, problem: 'version', version: versioned.data.version };
  const parsed = schema.safeParse(value);
  return parsed.success ? { ok: true, message: parsed.data } : { ok: false, problem: 'malformed' };
}
