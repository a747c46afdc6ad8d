import { client, methods, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk';
import type { ClientConnection, RequestPermissionResponse } from '@agentclientprotocol/sdk';
import { z } from 'zod';
import type { Clock } from '../../../src-shared/clock.ts';
import { AGENT_START_TIMEOUT_MS } from '../limits.ts';
import type { Logger } from '../../platform/logger.ts';
import { acpStream } from './acp-stream.ts';
import { InitializeResult, PermissionRequest, PromptResult, SessionResult, modelOf } from './acp-schema.ts';
import type { StopReason } from './acp-schema.ts';
import { AgentFailure } from './agent-failure.ts';
import { ProcessGroup } from './process-group.ts';
import type { ProgramEnd, ProgramOptions } from './process-group.ts';

interface AcpSessionOptions {
  readonly program: ProgramOptions;
  /** ACP session of an earlier process, to go on with. */
  readonly resume: string | null;
  readonly appVersion: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called right after the process has started. */
  readonly onProcess: (pid: number) => void;
  readonly onUpdate: (update: unknown) => void;
  /** `signal` aborts when the agent takes the request back or is gone. */
  readonly onPermission: (request: PermissionRequest, signal: AbortSignal) => Promise<string | null>;
  readonly drained: () => Promise<void>;
}

interface StartedSession {
  readonly sessionId: string;
  /** False when an earlier session could not be continued, so that the agent knows nothing of it. */
  readonly remembers: boolean;
}

/** One process of an agent program with one ACP session in it. Start once; a new process is a new object. */
export class AcpSession {
  readonly #options: AcpSessionOptions;
  #spawn: Promise<ProcessGroup> | null = null;
  #process: ProcessGroup | null = null;
  #stopped = false;
  #connection: ClientConnection | null = null;
  #sessionId = '';
  #ready = false;
  #ignored = 0;
  #model: string | null = null;

  constructor(options: AcpSessionOptions) {
    this.#options = options;
  }

  /** The model in use as the agent names it, if it does. */
  get model(): string | null {
    return this.#model;
  }

  /** Settles when the process is gone; pending until {@link start} has started it. */
  get ended(): Promise<ProgramEnd> {
    return this.#process?.ended ?? new Promise(() => {});
  }

  /** Throws {@link AgentFailure}; the process is gone then. */
  async start(signal: AbortSignal): Promise<StartedSession> {
    const timeout = new AbortController();
    const cancel = this.#options.clock.after(AGENT_START_TIMEOUT_MS, () =>
      timeout.abort(new AgentFailure('timeout', `it was not ready after ${AGENT_START_TIMEOUT_MS / 1000} seconds`)),
    );
    try {
      return await abortable(this.#open(), AbortSignal.any([signal, timeout.signal]));
    } catch (error) {
      await this.stop();
      throw await this.#failure(error);
    } finally {
      cancel();
    }
  }

  /** Runs one turn. Throws {@link AgentFailure}. */
  async prompt(text: string): Promise<StopReason> {
    try {
      const prompt = [{ type: 'text' as const, text }];
      return PromptResult.parse(await this.#ask(methods.agent.session.prompt, { sessionId: this.#sessionId, prompt }))
        .stopReason;
    } catch (error) {
      if (this.#connection?.signal.aborted) await this.stop();
      throw await this.#failure(error);
    }
  }

  /** Asks the agent to end the turn; {@link prompt} then resolves with `cancelled`. */
  cancel(): void {
    this.#connection?.agent.notify(methods.agent.session.cancel, { sessionId: this.#sessionId }).catch(() => {});
  }

  /** Ends the process and all it has started. Idempotent. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#spawn?.then(
      (process) => process.stop(),
      () => {},
    );
    this.#connection?.close();
  }

  async #open(): Promise<StartedSession> {
    const { program, logger, appVersion, resume } = this.#options;
    this.#spawn = ProcessGroup.start(program);
    this.#process = await this.#spawn;
    if (this.#stopped) throw new AgentFailure('not_running', 'it was stopped while it was starting');
    this.#options.onProcess(this.#process.pid);
    this.#connection = this.#connect(this.#process);
    const { protocolVersion, agentCapabilities } = InitializeResult.parse(
      await this.#ask(methods.agent.initialize, {
        protocolVersion: PROTOCOL_VERSION,
        clientCapabilities: { fs: { readTextFile: false, writeTextFile: false }, terminal: false },
        clientInfo: { name: 'paseo', version: appVersion },
      }),
    );
    if (protocolVersion !== PROTOCOL_VERSION) {
      throw new AgentFailure(
        'protocol',
        `it speaks version ${protocolVersion} of ACP and Paseo version ${PROTOCOL_VERSION}`,
      );
    }
    const continued = resume !== null && (await this.#resume(resume, agentCapabilities));
    if (!continued) {
      const session = SessionResult.parse(
        await this.#ask(methods.agent.session.new, { cwd: program.cwd, mcpServers: [] }),
      );
      this.#sessionId = session.sessionId;
      this.#model = modelOf(session);
    }
    this.#ready = true;
    logger.debug({ pid: this.#process.pid, continued }, 'agent session ready');
    return { sessionId: this.#sessionId, remembers: resume === null || continued };
  }

  /** Without a replay where the agent can; else what it replays is ignored, for the timeline has it already. */
  async #resume(sessionId: string, can: InitializeResult['agentCapabilities']): Promise<boolean> {
    const { cwd } = this.#options.program;
    const method = can.sessionCapabilities.resume != null ? methods.agent.session.resume : methods.agent.session.load;
    if (method === methods.agent.session.load && !can.loadSession) return false;
    try {
      const answer = SessionResult.partial().safeParse(await this.#ask(method, { sessionId, cwd, mcpServers: [] }));
      this.#sessionId = sessionId;
      this.#model = answer.success ? modelOf(answer.data) : null;
      return true;
    } catch (error) {
      if (this.#connection?.signal.aborted) throw error;
      this.#options.logger.info({ method, error: describe(error) }, 'the agent could not continue its session');
      return false;
    }
  }

  #connect(process: ProcessGroup): ClientConnection {
    const { stdin, stdout } = process;
    return client({ name: 'paseo' })
      .onRequest(methods.client.session.requestPermission, PermissionRequest, ({ params, signal }) =>
        this.#permission(params, signal),
      )
      .connect(
        acpStream({
          stdin,
          stdout,
          drained: this.#options.drained,
          onUpdate: (params) => this.#update(params),
          onIgnored: (why) => {
            if (this.#ignored++ < 10) this.#options.logger.debug({ why }, 'ignored a line of an agent');
          },
        }),
      );
  }

  async #permission(request: PermissionRequest, signal: AbortSignal): Promise<RequestPermissionResponse> {
    const optionId = await this.#options.onPermission(request, signal);
    return { outcome: optionId === null ? { outcome: 'cancelled' } : { outcome: 'selected', optionId } };
  }

  #update(params: unknown): void {
    const { data } = z.looseObject({ update: z.unknown() }).safeParse(params);
    const update = data === undefined ? params : data.update;
    this.#model = modelOf(update) ?? this.#model;
    if (this.#ready) this.#options.onUpdate(update);
  }

  async #ask(method: string, params: unknown): Promise<unknown> {
    if (this.#connection === null) throw new AgentFailure('not_running', 'it is not running');
    return this.#connection.agent.request(method, params);
  }

  async #failure(error: unknown): Promise<Error> {
    if (error instanceof AgentFailure) return error;
    if (error instanceof RequestError && error.code === -32000) return new AgentFailure('login', describe(error));
    if (error instanceof RequestError) return new AgentFailure('refused', describe(error));
    if (error instanceof z.ZodError) return new AgentFailure('protocol', 'it sent an answer that ACP does not know');
    if (this.#process === null) return error instanceof Error ? error : new Error(String(error));
    const { code, signal } = await this.#process.ended;
    const tail = this.#process.errorTail().trim();
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    return new AgentFailure('ended', `it ended unexpectedly (${how})${tail === '' ? '' : `; its last words: ${tail}`}`);
  }
}

/** Waits for `work`, or throws the signal's reason; `work` may go on and its failure is nobody's then. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  work.catch(() => {});
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener('abort', stop, { once: true });
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

const ErrorDetails = z.union([
  z.string(),
  z.looseObject({ details: z.string() }).transform(({ details }) => details),
  z.looseObject({ message: z.string() }).transform(({ message }) => message),
]);

/** The message of an error with the details that agents put beside it. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof RequestError)) return message;
  const details = ErrorDetails.safeParse(error.data);
  return details.success && !message.includes(details.data) ? `${message}: ${details.data}` : message;
}
