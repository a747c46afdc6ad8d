import type { ContentBlock } from '@agentclientprotocol/sdk';
import type { Clock } from '../../../../src-shared/clock.ts';
import { deferred } from '../../../../src-shared/deferred.ts';
import type { ProgramEnd } from '../../../agent-host/host-protocol.ts';
import type { Logger } from '../../../platform/logger.ts';
import { plainText } from '../../../platform/plain-text.ts';
import { AGENT_ANSWER_TIMEOUT_MS, AGENT_CANCEL_STOP_GRACE_MS, AGENT_START_TIMEOUT_MS } from '../../limits.ts';
import type { HostPosition } from '../../timeline/host-position.ts';
import { abortable } from '../abortable.ts';
import { AcpConnection } from './acp-connection.ts';
import type { AgentCall } from './acp-connection.ts';
import { updateOf } from './acp-schema.ts';
import { AgentError } from '../agent-error.ts';
import { AgentFailure, describeEnd, failureOf } from './agent-failure.ts';
import { HostError } from '../hosted/host-error.ts';
import type { HostedProgram } from '../hosted/hosted-program.ts';
import { promptEnd } from './prompt-end.ts';
import type { PromptEnd } from './prompt-end.ts';
import { SessionOpening } from './session-opening.ts';
import { SessionReader } from './session-reader.ts';
import type { SessionState } from './session-state.ts';

export interface SessionEvents {
  /** What happens in the session. */
  readonly onUpdate: (update: unknown) => void;
  /** Told while an earlier session is loaded: it is in the timeline already. */
  readonly onRepeated: (update: unknown) => void;
  /** The program asks something. */
  readonly onCall: (call: AgentCall) => void;
  readonly onNotification: (method: string, params: unknown) => void;
  /** The session is there; what follows is its own. Nothing more is read until this resolves. A rejection ends the start. */
  readonly onReady: (ready: { sessionId: string; position: HostPosition }) => Promise<void>;
  /** {@link AcpSession.position} changed. */
  readonly onMoved: () => void;
  /** Of an adopted session: everything that was said before has been told now. */
  readonly onCaughtUp: () => void;
  /** While it is pending nothing more is read. */
  readonly drained: () => Promise<void> | null;
}

interface AcpSessionOptions {
  readonly program: HostedProgram;
  readonly cwd: string;
  readonly state: SessionState;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly events: SessionEvents;
}

const RUBBISH_CHARS = 2000;

interface StartOptions {
  /** A session of an earlier process, to go on with. */
  readonly resume: string | null;
  /** Loading would harm the session. */
  readonly neverLoad: boolean;
  /** Called when the session is there, as a part of the start. */
  readonly prepare: () => Promise<void>;
}

/** One ACP session in one process of an agent program. Either {@link start} or {@link adopt} it, once. */
export class AcpSession {
  readonly #options: AcpSessionOptions;
  readonly #connection: AcpConnection;
  readonly #reader: SessionReader;
  #reading: Promise<void> = Promise.resolve();
  #sessionId = '';
  readonly #over = deferred<ProgramEnd | null>();
  #phase: 'starting' | 'live' | 'detached' = 'starting';
  #durable = 0;
  /** The session is a new one: nothing that is told can be a repetition. */
  #fresh = false;
  /** The end of what it said that is no message: some programs tell their troubles there. */
  #rubbish = '';

  constructor(options: AcpSessionOptions) {
    const { program, clock, logger, events } = options;
    this.#options = options;
    let ignored = 0;
    this.#connection = new AcpConnection({
      send: (line, about) => program.send(line, about),
      firstId: program.welcome.highestRequestId + 1,
      onCall: (call) => events.onCall(call),
      onNotification: (method, params) => this.#notified(method, params),
      onIgnored: (why, line) => {
        if (ignored++ < 10) logger.debug({ why }, 'ignored a line of an agent');
        if (why === 'not_json') this.#rubbish = `${this.#rubbish}${line.toString('utf8')}\n`.slice(-RUBBISH_CHARS);
      },
    });
    const { onMoved, onCaughtUp, drained } = events;
    const connection = this.#connection;
    this.#reader = new SessionReader({ program, connection, clock, logger, onMoved, onCaughtUp, drained });
  }

  /** How far the program's output is told; null until the session is there. */
  get position(): HostPosition | null {
    return this.#phase === 'starting' ? null : { hostId: this.#options.program.hostId, line: this.#reader.last };
  }

  /** Settles when the program is gone and all that it said is told; null: it is another's now. Pending for ever after {@link detach}. */
  get ended(): Promise<ProgramEnd | null> {
    return this.#over.promise;
  }

  /** `remembers` false: the agent could not go on with its session. Throws {@link AgentFailure}; the program is gone then. */
  async start({ resume, neverLoad, prepare }: StartOptions, signal: AbortSignal): Promise<{ remembers: boolean }> {
    const open = async (): Promise<{ remembers: boolean }> => {
      const opened = await this.#opening.open(resume, neverLoad);
      await prepare();
      return opened;
    };
    return this.#started(open, signal);
  }

  /** Makes an agent of a session that its own program has: tells all of it. Throws {@link AgentFailure}; the program is gone then. */
  async import(sessionId: string, signal: AbortSignal): Promise<void> {
    await this.#started(() => this.#opening.load(sessionId), signal);
  }

  /** Goes on with a session that an earlier daemon started. Lines up to `line` are told already. */
  adopt(sessionId: string, line: number): void {
    this.#sessionId = sessionId;
    this.#phase = 'live';
    this.#reading = this.#read(line);
  }

  /** Runs one turn; `settle` is called while the line is handled that ends it. Returns the request's id. */
  prompt(prompt: readonly ContentBlock[], settle: (end: PromptEnd) => void): number {
    const params = { sessionId: this.#sessionId, prompt };
    return this.#connection.ask('session/prompt', params, (answer) => settle(promptEnd(answer)));
  }

  /** As {@link prompt} for the turn that an earlier daemon began with request `id`. */
  expectPrompt(id: number, settle: (end: PromptEnd) => void): void {
    this.#connection.expect(id, (answer) => settle(promptEnd(answer)));
  }

  /** Asks the agent to end the turn. */
  cancel(): void {
    this.#connection.notify('session/cancel', { sessionId: this.#sessionId });
  }

  /** Something that an agent answers at once; `params` without the session's id. Throws {@link AgentFailure}. */
  async request(method: string, params: Readonly<Record<string, unknown>>): Promise<unknown> {
    const late = new AbortController();
    const cancel = this.#options.clock.after(AGENT_ANSWER_TIMEOUT_MS, () =>
      late.abort(new AgentFailure('timeout', `it did not answer within ${AGENT_ANSWER_TIMEOUT_MS / 1000} seconds`)),
    );
    try {
      const asked = this.#connection.request(method, { sessionId: this.#sessionId, ...params });
      return await abortable(asked, late.signal);
    } catch (error) {
      throw failureOf(error);
    } finally {
      cancel();
    }
  }

  /** Everything up to this position is on our disk. */
  durable({ hostId, line }: HostPosition): void {
    if (hostId !== this.#options.program.hostId) return;
    this.#durable = Math.max(this.#durable, line);
    this.#acknowledge();
  }

  /** Ends what the program has started since the last prompt and what still runs. */
  async sweep(orphansOnly: boolean): Promise<void> {
    const graceMs = AGENT_CANCEL_STOP_GRACE_MS;
    const ended = await this.#options.program.sweep({ orphansOnly, graceMs });
    if (ended.length > 0)
      this.#options.logger.info({ count: ended.length }, 'ended what a cancelled turn left running');
  }

  /** Ends the program and all it has started, and waits until everything that it said is told. Idempotent. */
  async stop(graceMs?: number): Promise<void> {
    this.#reader.hurry();
    await this.#options.program.stop(graceMs);
    await this.#reading;
  }

  /** Leaves the program running. Nothing more is told. Resolves when it has all that it was given. */
  async detach(): Promise<void> {
    this.#phase = 'detached';
    this.#reader.detach();
    await this.#options.program.detach();
  }

  async #started<T>(open: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.after(AGENT_START_TIMEOUT_MS, () =>
      timeout.abort(new AgentFailure('timeout', `it was not ready after ${AGENT_START_TIMEOUT_MS / 1000} seconds`)),
    );
    this.#reading = this.#read(null);
    try {
      return await abortable(open(), AbortSignal.any([signal, timeout.signal]));
    } catch (error) {
      // It has done nothing yet that it would have to finish.
      await this.stop(AGENT_CANCEL_STOP_GRACE_MS);
      throw error instanceof AgentError ? error : failureOf(error);
    } finally {
      cancel();
    }
  }

  get #opening(): SessionOpening {
    const { cwd, state, appVersion, logger } = this.#options;
    const begun = (sessionId: string): Promise<void> => this.#begun(sessionId);
    const onNew = (): void => void (this.#fresh = true);
    return new SessionOpening({ connection: this.#connection, cwd, state, appVersion, logger, onNew, begun });
  }

  /** What comes behind this line belongs to the session, so reading rests here until everybody is ready for it. */
  #begun(sessionId: string): Promise<void> {
    this.#sessionId = sessionId;
    const ready = this.#ready(sessionId);
    this.#reader.hold(ready);
    return ready;
  }

  async #ready(sessionId: string): Promise<void> {
    // When the line has been handled.
    await Promise.resolve();
    if (this.#phase === 'starting') this.#phase = 'live';
    const position = { hostId: this.#options.program.hostId, line: this.#reader.last };
    await this.#options.events.onReady({ sessionId, position });
  }

  #notified(method: string, params: unknown): void {
    const { events } = this.#options;
    if (method !== 'session/update') return events.onNotification(method, params);
    const update = updateOf(params);
    if (this.#phase === 'starting' && !this.#fresh) events.onRepeated(update);
    else events.onUpdate(update);
  }

  async #read(known: number | null): Promise<void> {
    const { program, logger } = this.#options;
    try {
      await this.#reader.read(known);
    } catch (error) {
      if (error instanceof HostError && error.code === 'displaced') {
        this.#connection.close(new AgentFailure('ended', 'another Paseo took it over'));
        return this.#over.resolve(null);
      }
      logger.error({ err: error }, 'an agent cannot be read any more');
      void program.stop();
    }
    if (this.#phase === 'detached') return;
    const end = await program.ended;
    this.#connection.close(describeEnd(end, this.#lastWords()));
    this.#over.resolve(end);
  }

  #lastWords(): string {
    return `${plainText(this.#rubbish)}${this.#options.program.errorTail()}`;
  }

  /** The host keeps what waits for an answer. */
  #acknowledge(): void {
    if (this.#phase === 'live' && !this.#reader.isBehind && this.#durable > 0) this.#options.program.ack(this.#durable);
  }
}
