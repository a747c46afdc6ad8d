import type { ReportedEnd } from './host-protocol.ts';

/**
 * A host's journal: a header, then lines of the program as they came, the first being number `base` + 1, and when the program has
 * ended an end record. What comes after the last newline was cut by a kill.
 */
interface JournalHeader {
  readonly format: 'paseo-agent-journal';
  readonly version: 1;
  readonly hostId: string;
  readonly agentId: string;
  readonly base: number;
}

export function journalHeader(hostId: string, agentId: string, base: number): Buffer {
  const header: JournalHeader = { format: 'paseo-agent-journal', version: 1, hostId, agentId, base };
  return Buffer.from(`${JSON.stringify(header)}\n`);
}

/** How an end record begins. The program does not know the id, so no line of its own begins like this. */
export function endPrefix(hostId: string): string {
  return `{"journalEnd":${JSON.stringify(hostId)},`;
}

/** `last`: number of the program's last line. */
export function endRecord(hostId: string, last: number, end: ReportedEnd): Buffer {
  const { code, signal, fault, errorTail } = end;
  return Buffer.from(`${endPrefix(hostId)}${JSON.stringify({ last, code, signal, fault, errorTail }).slice(1)}\n`);
}

/** File name of the journal's next version while it is written. */
export function journalDraft(hostId: string): string {
  return `.journal-${hostId}.tmp`;
}
