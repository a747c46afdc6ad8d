import { z } from 'zod';
import { Timestamp } from '../../../../src-shared/ids.ts';
import type { EndedProcess, HostWelcome, ReportedEnd } from '../../../agent-host/host-protocol.ts';

/** What a host says (see host-protocol.ts), loose, since it may be of another version. */
const End = z.object({
  code: z.int().nullable(),
  signal: z.string().nullable(),
  fault: z.enum(['line_too_long', 'not_reading', 'host_lost']).nullable().catch(null),
});

const count = z.int().min(0);

export const WelcomeMessage: z.ZodType<HostWelcome> = z.object({
  protocol: count,
  hostId: z.string(),
  pid: count,
  startedAt: Timestamp,
  base: count,
  asked: count,
  last: count,
  highestRequestId: count,
  lastPromptId: count.nullable(),
  promptOpen: z.boolean(),
  ended: End.nullable(),
});

export const EndedMessage: z.ZodType<ReportedEnd & { last: number }> = End.extend({
  errorTail: z.string(),
  last: count,
});

export const SweptMessage: z.ZodType<{ id: number; ended: EndedProcess[] }> = z.object({
  id: count,
  ended: z.array(z.object({ pid: count, command: z.string() })),
});
