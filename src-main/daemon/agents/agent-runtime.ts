import type { Clock } from '../../../src-shared/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import { processStart, stillRuns } from '../home/process-start.ts';
import type { PermissionRequest } from './acp-schema.ts';
import type { AcpSession } from './acp-session.ts';
import { AgentFailure } from './agent-failure.ts';
import type { AgentRecord } from './agent-folder.ts';
import { workingFolder } from './folder-listing.ts';
import type { ProgramEnd } from './process-group.ts';
import type { Launch } from './provider-directory.ts';

export interface RuntimeServices {
  readonly appVersion: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly launch: (provider: string, agentId: string) => Promise<Launch>;
  /** Ends an idle agent when too many run. Throws `AgentError` `too_many`. */
  readonly makeRoom: () => Promise<void>;
}

interface RuntimeEvents {
  readonly onUpdate: (update: unknown) => void;
  readonly onPermission: (request: PermissionRequest, signal: AbortSignal) => Promise<string | null>;
  readonly onChange: () => void;
  /** Something the person should know, for the timeline. */
  readonly onNotice: (text: string) => void;
  readonly onRecord: (change: Partial<Pick<AgentRecord, 'acpSessionId' | 'process' | 'state' | 'error'>>) => void;
  readonly drained: () => Promise<void>;
}

interface Start {
  readonly session: Promise<AcpSession>;
  readonly abort: AbortController;
}

/** The program of one agent: started when needed, ended when asked, started again in the same conversation. */
export class AgentRuntime {
  readonly #services: RuntimeServices;
  readonly #events: RuntimeEvents;
  readonly #agent: Pick<AgentRecord, 'id' | 'provider' | 'providerLabel' | 'cwd'>;
  #acpSessionId: string | null;
  #process: AgentRecord['process'];
  #session: AcpSession | null = null;
  #launch: Launch | null = null;
  #start: Start | null = null;
  #usedAt = 0;

  constructor(record: AgentRecord, services: RuntimeServices, events: RuntimeEvents) {
    this.#agent = record;
    this.#acpSessionId = record.acpSessionId;
    this.#process = record.process;
    this.#services = services;
    this.#events = events;
  }

  get starting(): boolean {
    return this.#start !== null;
  }

  get running(): boolean {
    return this.#start !== null || this.#session !== null;
  }

  /** Time of the clock when it was last used; null when it does not run or is about to. */
  get idleSince(): number | null {
    return this.#session !== null && this.#start === null ? this.#usedAt : null;
  }

  touch(): void {
    this.#usedAt = this.#services.clock.now();
  }

  /** The session, started if need be, that may be given a prompt. Throws `AgentFailure` or `AgentError`. */
  async ensure(): Promise<AcpSession> {
    this.touch();
    const session = this.#session ?? (await (this.#start ?? this.#begin()).session);
    const refusal = await this.#launch?.entry.refuses({ model: session.model, env: this.#launch.env });
    if (refusal == null) return session;
    await this.stop();
    throw new AgentFailure('model', refusal);
  }

  /** Asks the running session to end its turn. False when there is none. */
  cancel(): boolean {
    this.#session?.cancel();
    return this.#session !== null;
  }

  /** Ends the program, or its start. Idempotent; it can be started again. */
  async stop(): Promise<void> {
    const session = this.#session;
    this.#session = null;
    const start = this.#start;
    start?.abort.abort(new AgentFailure('not_running', 'it was stopped while it was starting'));
    await Promise.all([session?.stop(), start?.session.then((late) => late.stop()).catch(() => {})]);
  }

  /** Ends a program that a killed daemon left running. */
  async endOrphan(): Promise<void> {
    if (this.#process === null) return;
    const { pid, start } = this.#process;
    // Without its time of start another program could have its number by now.
    if (start !== null && (await stillRuns(pid, start))) {
      try {
        process.kill(-pid, 'SIGKILL');
        this.#services.logger.warn(
          { agent: this.#agent.id, pid },
          'ended an agent that an earlier daemon left running',
        );
      } catch {
        // It ended meanwhile.
      }
    }
    this.#setProcess(null);
  }

  /** The failure for people, with what mends it. */
  explain(error: unknown): string {
    const label = this.#agent.providerLabel;
    if (!(error instanceof AgentFailure)) return `${label} could not be started: ${messageOf(error)}`;
    switch (error.code) {
      case 'login':
        return `${label} is not logged in (${error.message}). ${this.#launch?.entry.loginFix ?? ''}`.trim();
      case 'refused':
        return `${label} reported an error: ${error.message}`;
      case 'protocol':
        return `${label} cannot be used: ${error.message}. Update ${label} and Paseo.`;
      case 'model':
        return error.message;
      case 'timeout':
      case 'ended':
      case 'not_running':
        return `${label} failed: ${error.message}. Send a message to start it again.`;
    }
  }

  #begin(): Start {
    const abort = new AbortController();
    const session = this.#open(abort.signal).finally(() => {
      this.#start = null;
      this.#events.onChange();
    });
    session.catch(() => {});
    this.#start = { session, abort };
    return this.#start;
  }

  async #open(signal: AbortSignal): Promise<AcpSession> {
    const { id, provider, cwd } = this.#agent;
    const launch = await this.#services.launch(provider, id);
    await workingFolder(cwd);
    await this.#services.makeRoom();
    // Loaded with the first agent: its many schemas take time to build, and every start of the app would wait for them.
    const acp = await import('./acp-session.ts');
    signal.throwIfAborted();
    const { appVersion, clock, logger } = this.#services;
    const { onUpdate, onPermission, drained } = this.#events;
    const session = new acp.AcpSession({
      ...{ appVersion, clock, logger, onUpdate, onPermission, drained },
      program: { command: launch.command, args: launch.entry.args, cwd, env: launch.env, clock },
      resume: this.#acpSessionId,
      onProcess: (pid) => void this.#rememberProcess(pid),
    });
    this.#launch = launch;
    try {
      const { sessionId, remembers } = await session.start(signal);
      if (signal.aborted) await session.stop();
      signal.throwIfAborted();
      if (!remembers) {
        this.#events.onNotice(
          `${this.#agent.providerLabel} could not continue its session and does not remember what was said above.`,
        );
      }
      this.#acpSessionId = sessionId;
      this.#events.onRecord({ acpSessionId: sessionId });
    } catch (error) {
      this.#setProcess(null);
      throw error;
    }
    this.#session = session;
    void session.ended.then((end) => this.#gone(session, end));
    return session;
  }

  #gone(session: AcpSession, end: ProgramEnd): void {
    this.#setProcess(null);
    // Otherwise it was ended on purpose, or a turn reports it.
    if (this.#session !== session) return;
    this.#session = null;
    this.#services.logger.warn({ agent: this.#agent.id, ...end }, 'an agent ended by itself');
    this.#events.onChange();
  }

  async #rememberProcess(pid: number): Promise<void> {
    const start = await processStart(pid);
    if (start !== null && this.running) this.#setProcess({ pid, start });
  }

  #setProcess(process: AgentRecord['process']): void {
    if (process === null && this.#process === null) return;
    this.#process = process;
    this.#events.onRecord({ process });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
