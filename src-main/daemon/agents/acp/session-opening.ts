import type { Logger } from '../../../platform/logger.ts';
import type { AcpConnection } from './acp-connection.ts';
import { InitializeResult, SessionResult } from './acp-schema.ts';
import { AgentFailure, describeError, failureOf } from './agent-failure.ts';
import { CLIENT_CAPABILITIES } from './client-capabilities.ts';
import type { SessionState } from './session-state.ts';

/** Of ACP; a change of it that is not compatible has another number. */
const PROTOCOL_VERSION = 1;

interface OpeningOptions {
  readonly connection: AcpConnection;
  readonly cwd: string;
  readonly state: SessionState;
  readonly appVersion: string;
  readonly logger: Logger;
  /** A new session is asked for. */
  readonly onNew: () => void;
  /** Called while the line is handled that brings the session; the opening is done when it resolves. */
  readonly begun: (sessionId: string) => Promise<void>;
}

/** The first words with a program: who we are, and which session it shall work on. Throws `AgentFailure`, `RpcError` or a zod error. */
export class SessionOpening {
  readonly #options: OpeningOptions;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  /** Goes on with the session `resume` if there is one and the agent can; false when it knows nothing of it. */
  async open(resume: string | null, neverLoad: boolean): Promise<{ remembers: boolean }> {
    await this.#initialize();
    const { state, cwd, logger } = this.#options;
    const method = state.capabilities.resume ? 'session/resume' : 'session/load';
    const can = method === 'session/resume' || (state.capabilities.load && !neverLoad);
    if (resume !== null && can) {
      try {
        await this.#begin(method, { sessionId: resume, cwd, mcpServers: [] }, resume);
        return { remembers: true };
      } catch (error) {
        const { code } = failureOf(error);
        if (code !== 'refused' && code !== 'login') throw error;
        logger.info({ method, error: describeError(error) }, 'the agent could not continue its session');
      }
    }
    this.#options.onNew();
    await this.#begin('session/new', { cwd, mcpServers: [] }, null);
    return { remembers: resume === null };
  }

  /** Throws {@link AgentFailure} `unsupported` when the agent cannot load sessions. */
  async load(sessionId: string): Promise<void> {
    await this.#initialize();
    const { state, cwd } = this.#options;
    if (!state.capabilities.load) throw new AgentFailure('unsupported', 'it cannot load sessions');
    await this.#begin('session/load', { sessionId, cwd, mcpServers: [] }, sessionId);
  }

  async #initialize(): Promise<void> {
    const { connection, appVersion, state } = this.#options;
    const result = await connection.request('initialize', {
      protocolVersion: PROTOCOL_VERSION,
      clientCapabilities: CLIENT_CAPABILITIES,
      clientInfo: { name: 'paseo', version: appVersion },
    });
    const { protocolVersion } = InitializeResult.parse(result);
    if (protocolVersion !== PROTOCOL_VERSION) {
      const spoken = `it speaks version ${protocolVersion} of ACP and Paseo version ${PROTOCOL_VERSION}`;
      throw new AgentFailure('protocol', spoken);
    }
    state.initialized(result);
  }

  #begin(method: string, params: object, known: string | null): Promise<void> {
    const { connection, state, begun } = this.#options;
    return new Promise((resolve, reject) => {
      connection.ask(method, params, (answer) => {
        if ('error' in answer) return reject(answer.error);
        const named = SessionResult.safeParse(answer.result);
        if (known === null && !named.success) return reject(named.error);
        state.opened(answer.result);
        begun(known ?? named.data!.sessionId).then(resolve, reject);
      });
    });
  }
}
