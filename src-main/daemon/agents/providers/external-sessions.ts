import { z } from 'zod';
import type { Clock } from '../../../../src-shared/clock.ts';
import { systemClock } from '../../../../src-shared/clock.ts';
import { MAX_EXTERNAL_SESSIONS } from '../../../../src-shared/limits.ts';
import type { ExternalSession } from '../../../../src-shared/wire/agent.ts';
import { MAX_SESSION_LISTINGS, SESSION_LISTING_TIMEOUT_MS } from '../../limits.ts';
import { AgentError } from '../agent-error.ts';
import { AgentFailure } from '../acp/agent-failure.ts';
import { randomId } from '../../timeline/random-id.ts';
import { BriefAgent } from './brief-agent.ts';
import { workingFolder } from '../prompts/folder-listing.ts';
import type { ProviderDirectory } from './provider-directory.ts';
import type { BriefRuntime } from './provider-entry.ts';

interface Options {
  readonly directory: Pick<ProviderDirectory, 'entry' | 'launch'>;
  readonly runtime: BriefRuntime;
  /** Where the program runs when all folders are asked for. */
  readonly userHome: string;
  readonly appVersion: string;
  readonly clock?: Clock;
}

export interface SessionQuery {
  readonly provider: string;
  /** Absolute; null: sessions of every folder. */
  readonly cwd: string | null;
  /** Of an earlier answer; null for the first page. */
  readonly cursor: string | null;
}

export interface SessionPage {
  readonly sessions: Omit<ExternalSession, 'agentId'>[];
  readonly cursor: string | null;
}

/** The sessions that an agent's own programs have on disk, each page listed by a process of the agent that ends with the answer. */
export class ExternalSessions {
  readonly #options: Options;
  readonly #running = new Set<Promise<unknown>>();
  readonly #stop = new AbortController();

  constructor(options: Options) {
    this.#options = options;
  }

  /**
   * Throws {@link AgentError}: `unsupported`, `bad_request` (a cursor that is none of ours), `bad_folder`, `provider_unavailable`,
   * `agent_failed`, or `too_many` when too many lists are being made.
   */
  async list(query: SessionQuery): Promise<SessionPage> {
    const { label, listsSessions } = this.#options.directory.entry(query.provider);
    if (!listsSessions) throw new AgentError('unsupported', `${label} cannot list its sessions.`);
    const at = readCursor(query.cursor);
    if (this.#running.size >= MAX_SESSION_LISTINGS)
      throw new AgentError('too_many', 'Other lists of sessions are being made. Try again in a moment.');
    const work = this.#list(query, at);
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }

  /** Ends what is being listed. Idempotent. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#running);
  }

  async #list({ provider, cwd }: SessionQuery, at: Position): Promise<SessionPage> {
    const { directory, runtime, userHome, appVersion, clock = systemClock } = this.#options;
    const [launch, folder] = await Promise.all([
      directory.launch(provider, randomId()),
      workingFolder(cwd ?? userHome),
    ]);
    const agent = BriefAgent.start({ ...launch, cwd: folder, runtime, clock });
    const abort = () => void agent.stop();
    const cancel = clock.after(SESSION_LISTING_TIMEOUT_MS, abort);
    this.#stop.signal.addEventListener('abort', abort, { once: true });
    try {
      this.#stop.signal.throwIfAborted();
      const { agentCapabilities } = Initialized.parse(await agent.initialize(appVersion));
      if (agentCapabilities.sessionCapabilities.list == null)
        throw new AgentError('unsupported', `${launch.entry.label} cannot list its sessions.`);
      const params = { ...(cwd !== null && { cwd: folder }), ...(at.cursor !== null && { cursor: at.cursor }) };
      const wanted = cwd === null ? null : new Set([cwd, folder]);
      return pageOf(Listed.parse(await agent.request('session/list', params)), wanted, at);
    } catch (error) {
      throw explained(error, launch.entry);
    } finally {
      cancel();
      this.#stop.signal.removeEventListener('abort', abort);
      await agent.stop();
    }
  }
}

const Initialized = z.looseObject({
  agentCapabilities: z
    .looseObject({ sessionCapabilities: z.looseObject({ list: z.unknown().optional() }).catch({}).default({}) })
    .catch({ sessionCapabilities: {} })
    .default({ sessionCapabilities: {} }),
});

/** ACP v1, `session/list`. */
const Listed = z.looseObject({ sessions: z.array(z.unknown()), nextCursor: z.string().nullish().catch(null) });
const Session = z.looseObject({
  sessionId: z.string().min(1).max(4096),
  cwd: z.string().min(1).max(4096),
  title: z.string().nullish().catch(null),
  updatedAt: z.string().nullish().catch(null),
});

/** A page of the agent's, and how many of its sessions were in earlier pages of ours. */
interface Position {
  readonly cursor: string | null;
  readonly skip: number;
}

/** `folders`: whose sessions are wanted; null: of all. */
function pageOf(
  { sessions, nextCursor }: z.infer<typeof Listed>,
  folders: ReadonlySet<string> | null,
  at: Position,
): SessionPage {
  const known = sessions.flatMap((value) => Session.safeParse(value).data ?? []);
  const wanted = known.filter((session) => folders === null || folders.has(session.cwd));
  const end = at.skip + MAX_EXTERNAL_SESSIONS;
  const next =
    end < wanted.length ? { cursor: at.cursor, skip: end } : nextCursor ? { cursor: nextCursor, skip: 0 } : null;
  return {
    sessions: wanted.slice(at.skip, end).map(({ sessionId, cwd: folder, title, updatedAt }) => {
      const time = new Date(updatedAt ?? NaN);
      const told = { sessionId, cwd: folder, title: (title ?? '').slice(0, 256) };
      return { ...told, updatedAt: Number.isNaN(time.getTime()) ? null : time.toISOString() };
    }),
    cursor: next && writeCursor(next),
  };
}

const Cursor = z.tuple([z.string().nullable(), z.int().min(0)]);

/** null for one that would be too long for the wire: the list ends there. */
function writeCursor({ cursor, skip }: Position): string | null {
  const text = JSON.stringify([cursor, skip]);
  return text.length > 4096 ? null : text;
}

function readCursor(text: string | null): Position {
  if (text === null) return { cursor: null, skip: 0 };
  try {
    const [cursor, skip] = Cursor.parse(JSON.parse(text));
    return { cursor, skip };
  } catch {
    throw new AgentError('bad_request', 'This list of sessions cannot be continued. Load it again.');
  }
}

function explained(error: unknown, { label, loginFix }: { label: string; loginFix: string }): Error {
  if (error instanceof AgentError) return error;
  const detail = error instanceof AgentFailure ? error.message : 'it sent an answer that ACP does not know';
  if (error instanceof AgentFailure && error.code === 'login')
    return new AgentError('agent_failed', `${label} is not logged in (${detail}). ${loginFix}`);
  return new AgentError('agent_failed', `${label} could not list its sessions: ${detail}.`);
}
