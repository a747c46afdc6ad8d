import { z } from 'zod';
import { ConfigFile } from '../../../src-shared/config/schema.ts';

/** Paths of the keys in a valid `config.json` that the schema does not name. */
export function unknownKeys(value: unknown): string[][] {
  return [...within(ConfigFile, value, [])];
}

function* within(schema: z.ZodType, value: unknown, path: readonly string[]): Generator<string[]> {
  if (typeof value !== 'object' || value === null) return;
  const bare = schema instanceof z.ZodOptional ? schema.unwrap() : schema;
  if (bare instanceof z.ZodRecord) {
    for (const [name, entry] of Object.entries(value))
      yield* within(bare.valueType as z.ZodType, entry, [...path, name]);
    return;
  }
  if (!(bare instanceof z.ZodObject)) return;
  const known = bare.shape as Record<string, z.ZodType>;
  for (const [name, entry] of Object.entries(value)) {
    if (!Object.hasOwn(known, name)) yield [...path, name];
    else yield* within(known[name]!, entry, [...path, name]);
  }
}
