import { mkdir, open, readdir, rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AgentId, Timestamp } from '../../../src-shared/ids.ts';
import { AgentSummary } from '../../../src-shared/wire/agent.ts';
import { FileError, readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
import { AgentError } from './agent-error.ts';

/** What is remembered of an agent beside its timeline. `state` is how it rests: while it works, the timeline tells. */
export const AgentRecord = z.strictObject({
  format: z.literal('paseo-agent'),
  version: z.literal(1),
  id: AgentId,
  provider: AgentSummary.shape.provider,
  providerLabel: AgentSummary.shape.providerLabel,
  cwd: AgentSummary.shape.cwd,
  title: AgentSummary.shape.title,
  archived: z.boolean(),
  createdAt: Timestamp,
  updatedAt: Timestamp,
  /** The agent's own name of the conversation, to continue it in a new process. */
  acpSessionId: z.string().max(4096).nullable(),
  state: z.enum(['ready', 'finished', 'failed', 'interrupted', 'stopped']),
  error: AgentSummary.shape.error,
  /** Whose program has the session, and the line of its output with which it began; null while none is known to run. */
  host: z
    .strictObject({ hostId: z.string().min(1).max(64), line: z.int().min(0) })
    .nullable()
    .default(null),
  /** Request id of the newest prompt that the program was given; null while the newest message did not get that far. */
  sent: z.int().min(0).nullable().default(null),
  /** The agent said that it wants a login. */
  needsLogin: z.boolean().default(false),
  /** Of records before there were hosts. */
  process: z.unknown().optional(),
});
export type AgentRecord = z.infer<typeof AgentRecord>;

/** Of `session.json` and `queue.json`: a few dozen messages with their files' names. */
const MAX_STATE_BYTES = 64 * 1024 * 1024;

/**
 * One agent's folder: `agent.json`, `timeline.jsonl`, what is known of its session, its queue, its attachments, and what its host
 * writes. Without the first it is a creation that was cut, and is no agent.
 */
export class AgentFolder {
  readonly path: string;
  #writing: Promise<void> = Promise.resolve();
  #draft: boolean;

  /** `draft`: {@link save} does nothing until {@link publish}. */
  constructor(path: string, draft = false) {
    this.path = path;
    this.#draft = draft;
  }

  /** Makes the folder, durably. */
  static async create(parent: string, id: string): Promise<AgentFolder> {
    const path = join(parent, id);
    await mkdir(path, { mode: 0o700 });
    const handle = await open(parent);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    return new AgentFolder(path, true);
  }

  get id(): string {
    return basename(this.path);
  }

  get timelinePath(): string {
    return join(this.path, 'timeline.jsonl');
  }

  get recordPath(): string {
    return join(this.path, 'agent.json');
  }

  /** From now on it is an agent. */
  async publish(record: AgentRecord): Promise<void> {
    this.#draft = false;
    await this.save(record);
  }

  /** Replaces the record; all writes are done in order. */
  save(whole: AgentRecord): Promise<void> {
    const { process: _, ...record } = whole;
    return this.#draft ? Promise.resolve() : this.write('agent.json', record);
  }

  write(name: 'agent.json' | 'session.json' | 'queue.json', value: unknown): Promise<void> {
    const text = `${JSON.stringify(value, null, 2)}\n`;
    const written = this.#writing.then(() => writeFileAtomic(join(this.path, name), text, { mode: 0o600 }));
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Gives a file that cannot be used another name, which it returns as a path. An older one of that name is lost. */
  async setAside(name: 'queue.json'): Promise<string> {
    const path = join(this.path, name.replace('.json', '.damaged.json'));
    await rename(join(this.path, name), path);
    return path;
  }

  /** null when it is not there, undefined when it is no JSON. Throws `FileError`. */
  async read(name: 'session.json' | 'queue.json'): Promise<unknown> {
    try {
      return parseJson(await readPrivateFile(join(this.path, name), { maxBytes: MAX_STATE_BYTES }));
    } catch (error) {
      if (error instanceof FileError && error.code === 'missing') return null;
      throw error;
    }
  }

  /** Throws `FileError`, or {@link AgentError} `agent_failed` when it says what no record says. */
  async load(): Promise<AgentRecord> {
    const text = await readPrivateFile(this.recordPath);
    const parsed = AgentRecord.safeParse(parseJson(text));
    if (parsed.success && parsed.data.id === this.id) return parsed.data;
    throw new AgentError(
      'agent_failed',
      `${this.recordPath} is damaged. Restore it from a backup, or move its folder away.`,
    );
  }
}

/** Folders of agents, whole or damaged, that are in `parent`. */
export async function agentFolders(parent: string): Promise<AgentFolder[]> {
  const entries = await readdir(parent, { withFileTypes: true });
  const ours = entries.filter((entry) => entry.isDirectory() && AgentId.safeParse(entry.name).success);
  return ours.map((entry) => new AgentFolder(join(parent, entry.name)));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
