import type { ExternalSession } from '../../../src-shared/wire/agent.ts';
import { randomId } from '../timeline/random-id.ts';
import { AgentError } from './agent-error.ts';
import type { AgentRoster } from './agent-roster.ts';
import { folderTitle } from './agent-title.ts';
import type { ExternalSessions, SessionQuery } from './providers/external-sessions.ts';
import { workingFolder } from './prompts/folder-listing.ts';
import type { ProviderDirectory } from './providers/provider-directory.ts';

interface ImportOptions {
  readonly roster: AgentRoster;
  readonly directory: ProviderDirectory;
  readonly external: ExternalSessions;
}

/** Sessions that were begun in an agent's own terminal program. */
export class SessionImports {
  readonly #options: ImportOptions;
  /** Under way. */
  readonly #running = new Set<string>();

  constructor(options: ImportOptions) {
    this.#options = options;
  }

  /** As `AgentService.sessions`. */
  async list(query: SessionQuery): Promise<{ sessions: ExternalSession[]; cursor: string | null }> {
    const { roster, external } = this.#options;
    const { sessions, cursor } = await external.list(query);
    const agentOf = (sessionId: string): string | null => roster.withSession(query.provider, sessionId)?.id ?? null;
    return { sessions: sessions.map((session) => ({ ...session, agentId: agentOf(session.sessionId) })), cursor };
  }

  /** As `AgentService.importSession`. */
  async import(request: { provider: string; cwd: string; sessionId: string }): Promise<{ agentId: string }> {
    const key = JSON.stringify([request.provider, request.sessionId]);
    if (this.#running.has(key)) throw new AgentError('busy', 'This session is being imported already.');
    this.#running.add(key);
    try {
      return await this.#import(request);
    } finally {
      this.#running.delete(key);
    }
  }

  async #import(request: { provider: string; cwd: string; sessionId: string }): Promise<{ agentId: string }> {
    const { roster, directory } = this.#options;
    const { provider, sessionId } = request;
    roster.checkRoom();
    const known = roster.withSession(provider, sessionId);
    if (known !== undefined) throw new AgentError('bad_request', `This session is here already, as "${known.title}".`);
    const id = randomId();
    const [{ entry }, cwd] = await Promise.all([directory.launch(provider, id), workingFolder(request.cwd)]);
    const providerLabel = entry.label.slice(0, 128);
    if (entry.loadIsDestructive) {
      throw new AgentError(
        'unsupported',
        `${providerLabel} damages a session when it is loaded, so it is not imported.`,
      );
    }
    const agent = await roster.make({ id, provider, providerLabel, cwd, title: folderTitle(cwd) });
    try {
      await agent.import(sessionId);
      await roster.add(agent);
      // It may not change again for a long time.
      agent.record.update({});
    } catch (error) {
      await roster.discard(agent);
      throw error;
    }
    return { agentId: id };
  }
}
