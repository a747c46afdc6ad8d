import { z } from 'zod';
import { ClientInstance, DeviceId, Timestamp } from '../../../src-shared/ids.ts';
import { Outcome } from './request-outcome.ts';

const id = {
  client: z.union([DeviceId, z.literal('owner')]),
  instance: ClientInstance,
};
const Counter = z.int().min(1);
const Digest = z.string().regex(/^[0-9a-f]{32}$/);

/** First line of `commands.jsonl`. */
export const LedgerHeader = z.strictObject({ format: z.literal('paseo-commands'), version: z.literal(1) });

export const LedgerLine = z.discriminatedUnion('t', [
  /** On disk before the command runs. */
  z.strictObject({ t: z.literal('accepted'), ...id, n: Counter, digest: Digest, at: Timestamp }),
  /** `outcome` null: it ended, and what came out is not kept here. */
  z.strictObject({ t: z.literal('done'), ...id, n: Counter, outcome: Outcome.nullable() }),
  /** All that was known of an instance when the file was rewritten. */
  z.strictObject({
    t: z.literal('instance'),
    ...id,
    high: z.int().min(0),
    at: Timestamp,
    results: z.array(z.strictObject({ n: Counter, digest: Digest, outcome: Outcome.nullable() })),
  }),
]);
export type LedgerLine = z.infer<typeof LedgerLine>;
