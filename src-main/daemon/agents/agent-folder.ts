import { mkdir, open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { z } from 'zod';
import { AgentId, Timestamp } from '../../../src-shared/ids.ts';
import { AgentSummary } from '../../../src-shared/wire/agent.ts';
import { readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
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
  /** The running process, so that a daemon that was killed can end what it left. `start` tells it from a later one. */
  process: z.strictObject({ pid: z.int().min(2), start: z.string().nullable() }).nullable(),
});
export type AgentRecord = z.infer<typeof AgentRecord>;

/** One agent's folder: `agent.json` and `timeline.jsonl`. Without the former it is a creation that was cut, and is no agent. */
export class AgentFolder {
  readonly path: string;
  #saving: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
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
    return new AgentFolder(path);
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

  /** Replaces the record; calls are done in order. */
  save(record: AgentRecord): Promise<void> {
    const text = `${JSON.stringify(record, null, 2)}\n`;
    const saved = this.#saving.then(() => writeFileAtomic(this.recordPath, text, { mode: 0o600 }));
    this.#saving = saved.catch(() => {});
    return saved;
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
    return null;
  }
}
