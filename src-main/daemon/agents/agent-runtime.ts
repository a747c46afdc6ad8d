import type { Clock } from '../../../src-shared/clock.ts';
import type { Logger } from '../../platform/logger.ts';
import type { HostPosition } from '../timeline/host-position.ts';
import { abortable } from './abortable.ts';
import type { AgentCall } from './acp/acp-connection.ts';
import { AcpSession } from './acp/acp-session.ts';
import type { SessionEvents } from './acp/acp-session.ts';
import type { PromptEnd } from './acp/prompt-end.ts';
import { AgentError } from './agent-error.ts';
import { AgentFailure, failureOf } from './acp/agent-failure.ts';
import type { AgentRecord } from './agent-folder.ts';
import { explainFailure } from './acp/explain-failure.ts';
import { workingFolder } from './prompts/folder-listing.ts';
import { forgetHost } from './hosted/host-leftover.ts';
import { HostedProgram } from './hosted/hosted-program.ts';
import type { Launch } from './providers/provider-directory.ts';
import type { ProviderEntry } from './providers/provider-entry.ts';
import type { SessionState } from './acp/session-state.ts';

export interface RuntimeServices {
  readonly appVersion: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly launch: (provider: string, agentId: string) => Promise<Launch>;
  /** null for a provider that is not configured any more. */
  readonly entry: (provider: string) => ProviderEntry | null;
  /** Ends an idle agent when too many run. Throws `AgentError` `too_many`. */
  readonly makeRoom: () => Promise<void>;
  readonly host: HostPaths;
}

/** Absolute paths for the hosts of agents. */
interface HostPaths {
  readonly nodePath: string;
  readonly hostProgram: string;
  readonly socketFolder: string;
}

export interface RuntimeEvents extends Omit<SessionEvents, 'onCall'> {
  readonly onCall: (call: AgentCall, hostId: string) => void;
  readonly onChange: () => void;
  /** Something the person should know, for the timeline. */
  readonly onNotice: (text: string) => void;
  /** The program is gone; resolves when all that it said is durable. */
  readonly onGone: () => Promise<void>;
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
  readonly #state: SessionState;
  readonly #folder: string;
  /** Of the conversation so far. */
  readonly #sessionId: () => string | null;
  #session: AcpSession | null = null;
  #launch: Launch | null = null;
  #start: Start | null = null;
  /** The newest session, until what it said is durable and its files are gone. */
  #source: AcpSession | null = null;
  #closing: Promise<void> = Promise.resolve();
  #usedAt = 0;

  constructor(
    agent: Pick<AgentRecord, 'id' | 'provider' | 'providerLabel' | 'cwd'>,
    session: { state: SessionState; folder: string; id: () => string | null },
    services: RuntimeServices,
    events: RuntimeEvents,
  ) {
    this.#agent = agent;
    this.#state = session.state;
    this.#folder = session.folder;
    this.#sessionId = session.id;
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

  /** How far what the program says is told; null while there is none. */
  get position(): HostPosition | null {
    return this.#source?.position ?? null;
  }

  touch(): void {
    this.#usedAt = this.#services.clock.now();
  }

  /** The session, started if need be. Throws `AgentFailure` or `AgentError`. */
  async open(): Promise<AcpSession> {
    this.touch();
    return this.#session ?? (await (this.#start ?? this.#begin()).session);
  }

  /** As {@link open}; it may be given a prompt. */
  async ensure(): Promise<AcpSession> {
    const session = await this.open();
    this.#launch ??= await this.#services.launch(this.#agent.provider, this.#agent.id);
    const { entry, env } = this.#launch;
    const refusal = await entry.refuses({ model: this.#state.model, env });
    if (refusal == null) return session;
    await this.stop();
    throw new AgentFailure('model', refusal);
  }

  /** Loads a session of the agent's own program, all of which is told. Throws `AgentError`. */
  async import(sessionId: string): Promise<void> {
    this.touch();
    try {
      await this.#begin(sessionId).session;
    } catch (error) {
      if (error instanceof AgentError) throw error;
      const code = error instanceof AgentFailure && error.code === 'unsupported' ? 'unsupported' : 'agent_failed';
      throw new AgentError(code, this.explain(error), { cause: error });
    }
  }

  /** Goes on with the program that an earlier daemon started; lines up to `line` are told already. */
  adopt(program: HostedProgram, sessionId: string, line: number): void {
    this.touch();
    const session = this.#newSession(program);
    this.#session = session;
    session.adopt(sessionId, line);
  }

  /** Of an adopted program: the answer to its newest prompt, which is still to come. */
  expectPrompt(requestId: number, settle: (end: PromptEnd) => void): void {
    this.#session?.expectPrompt(requestId, settle);
  }

  durable(position: HostPosition): void {
    this.#source?.durable(position);
  }

  /** Asks the running session to end its turn. False when there is none. */
  cancel(): boolean {
    this.#session?.cancel();
    return this.#session !== null;
  }

  /** Ends what a cancelled turn left running. A failure costs nothing else: the turn has ended. */
  async sweep(): Promise<void> {
    const entry = this.#services.entry(this.#agent.provider);
    if (this.#session === null) return;
    try {
      // An agent that ends its tools misses what has left its process tree; servers that it needs are still in there.
      await this.#session.sweep(entry?.endsItsTools === true);
    } catch (error) {
      this.#services.logger.warn({ agent: this.#agent.id, err: error }, 'what a turn left running could not be ended');
    }
  }

  /** Ends the program, or its start. Idempotent; it can be started again. */
  async stop(graceMs?: number): Promise<void> {
    const session = this.#session;
    this.#session = null;
    const start = this.#start;
    start?.abort.abort(new AgentFailure('not_running', 'it was stopped while it was starting'));
    await Promise.all([session?.stop(graceMs), start?.session.then((late) => late.stop(graceMs)).catch(() => {})]);
    await this.#closing;
  }

  /** Leaves the program running for a later daemon; resolves with false when there is none that could be left. */
  async detach(): Promise<boolean> {
    const session = this.#session;
    await session?.detach();
    return session !== null;
  }

  /** The failure for people, with what mends it. */
  explain(error: unknown): string {
    const { provider, providerLabel } = this.#agent;
    return explainFailure(error, providerLabel, this.#services.entry(provider)?.loginFix ?? '');
  }

  #begin(imported: string | null = null): Start {
    const abort = new AbortController();
    const session = this.#open(abort.signal, imported).finally(() => {
      this.#start = null;
      this.#events.onChange();
    });
    session.catch(() => {});
    this.#start = { session, abort };
    return this.#start;
  }

  async #open(signal: AbortSignal, imported: string | null): Promise<AcpSession> {
    const { id, provider, cwd, providerLabel } = this.#agent;
    const { clock, logger, host } = this.#services;
    const launch = await abortable(this.#services.launch(provider, id), signal);
    await workingFolder(cwd);
    await abortable(this.#services.makeRoom(), signal);
    // What an earlier program said last must be on disk before its files go.
    await abortable(this.#closing, signal);
    const { command, args, env } = launch;
    const program = await HostedProgram.start(
      { command, args, cwd, env, agentId: id },
      { folder: this.#folder, ...host, clock, logger, signal },
    ).catch((error: unknown) => {
      throw signal.aborted ? (signal.reason as Error) : error;
    });
    this.#launch = launch;
    const session = this.#newSession(program);
    if (imported !== null) await session.import(imported, signal);
    else {
      const start = {
        resume: this.#sessionId(),
        neverLoad: launch.entry.loadIsDestructive,
        prepare: () => this.#chooseAgain(session),
      };
      const { remembers } = await session.start(start, signal);
      if (!remembers) {
        this.#events.onNotice(
          `${providerLabel} could not continue its session and does not remember what was said above.`,
        );
      }
    }
    if (signal.aborted) await session.stop();
    signal.throwIfAborted();
    this.#session = session;
    return session;
  }

  #newSession(program: HostedProgram): AcpSession {
    const { appVersion, clock, logger } = this.#services;
    const { onCall, ...events } = this.#events;
    const session = new AcpSession({
      ...{ program, cwd: this.#agent.cwd, state: this.#state, appVersion, clock, logger },
      events: { ...events, onCall: (call) => onCall(call, program.hostId) },
    });
    this.#source = session;
    this.#close(session);
    return session;
  }

  /** A new process begins with its own defaults. */
  async #chooseAgain(session: AcpSession): Promise<void> {
    for (const { optionId, value } of this.#state.forgotten()) {
      const { method, params } = this.#state.setRequest(optionId, value);
      try {
        this.#state.applied(optionId, value, await session.request(method, params));
      } catch (error) {
        this.#state.refused(optionId);
        this.#events.onNotice(`${this.#agent.providerLabel} did not take back an option: ${failureOf(error).message}`);
      }
    }
  }

  /** When the program has ended, by itself or by us, its files go once all that it said is durable. */
  #close(session: AcpSession): void {
    const gone = session.ended.then(async (end) => {
      if (this.#session === session) {
        this.#session = null;
        this.#services.logger.warn({ agent: this.#agent.id, ...end }, 'an agent ended by itself');
      }
      if (end === null) return;
      await this.#events.onGone();
      await forgetHost(this.#folder, this.#services.clock);
      if (this.#source === session) this.#source = null;
    });
    const closed = gone.catch((error: unknown) => {
      this.#services.logger.error({ agent: this.#agent.id, err: error }, 'an agent was not closed in order');
    });
    this.#closing = closed;
    void closed.then(() => this.#events.onChange());
  }
}
