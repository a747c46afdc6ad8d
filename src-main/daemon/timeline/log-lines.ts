import { z } from 'zod';
import { LogId } from '../../../src-shared/ids.ts';
import { Growth, TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import type { HostPosition } from './host-position.ts';

/** First line of every log. */
const Header = z.strictObject({ format: z.literal('paseo-timeline'), version: z.literal(1), logId: LogId });

/**
 * What a line says. `entry`: a new entry. `grow`: more text for the entry above, written as `{"g":seq,"o":offset,"t":text}`.
 * `log`: from here on the log has this id and is open for writing. `closed`: everything above is on disk. `mark`: what is above
 * tells all of an agent host's output up to a line of it, written as `{"p":{"h":hostId,"n":line}}`.
 */
type LogLine =
  | { readonly kind: 'entry'; readonly entry: TimelineEntry }
  | { readonly kind: 'grow'; readonly growth: Growth }
  | { readonly kind: 'mark'; readonly position: HostPosition }
  | { readonly kind: 'log' | 'closed'; readonly logId: string };

const MARK_START = '{"p":';

const GrowthLine = z.strictObject({ g: Growth.shape.seq, o: Growth.shape.offset, t: Growth.shape.text });
const MarkLine = z.strictObject({ p: z.strictObject({ h: z.string().min(1).max(128), n: z.int().min(0) }) });
const OpenedLine = z.strictObject({ log: LogId });
const ClosedLine = z.strictObject({ closed: LogId });

export const encodeHeader = (logId: string) => `${JSON.stringify({ format: 'paseo-timeline', version: 1, logId })}\n`;
export const encodeEntry = ({ seq, at, body }: TimelineEntry) => `${JSON.stringify({ seq, at, body })}\n`;
export const encodeGrowth = ({ seq, offset, text }: Growth) => `${JSON.stringify({ g: seq, o: offset, t: text })}\n`;
export const encodeMark = ({ hostId, line }: HostPosition) =>
  `${MARK_START}{"h":${JSON.stringify(hostId)},"n":${line}}}\n`;
export const encodeOpened = (logId: string) => `${JSON.stringify({ log: logId })}\n`;
export const encodeClosed = (logId: string) => `${JSON.stringify({ closed: logId })}\n`;

/** null for anything that is not a line of ours (the header is none of these). */
export function parseLine(text: string): LogLine | null {
  const value = parseJson(text);
  if (typeof value !== 'object' || value === null) return null;
  if ('seq' in value) {
    const { success, data } = TimelineEntry.safeParse(value);
    return success ? { kind: 'entry', entry: data } : null;
  }
  if ('g' in value) {
    const { success, data } = GrowthLine.safeParse(value);
    return success ? { kind: 'grow', growth: { seq: data.g, offset: data.o, text: data.t } } : null;
  }
  const mark = parseMark(text);
  if (mark !== null) return { kind: 'mark', position: mark };
  const opened = OpenedLine.safeParse(value);
  if (opened.success) return { kind: 'log', logId: opened.data.log };
  const closed = ClosedLine.safeParse(value);
  return closed.success ? { kind: 'closed', logId: closed.data.closed } : null;
}

/** null for any other line; costs next to nothing then. */
export function parseMark(text: string): HostPosition | null {
  if (!text.startsWith(MARK_START)) return null;
  const { success, data } = MarkLine.safeParse(parseJson(text));
  return success ? { hostId: data.p.h, line: data.p.n } : null;
}

/** `ours` for a header this version reads, `newer` for one of a later version, else null. */
export function parseHeader(text: string): 'ours' | 'newer' | null {
  const value = parseJson(text);
  if (Header.safeParse(value).success) return 'ours';
  const other = z.looseObject({ format: z.literal('paseo-timeline'), version: z.int().min(2) }).safeParse(value);
  return other.success ? 'newer' : null;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
