import type { ContentBlock } from '@agentclientprotocol/sdk';
import type { Clock } from '../../../src-shared/clock.ts';
import type { EntryBody } from '../../../src-shared/wire/timeline.ts';
import type { Logger } from '../../platform/logger.ts';
import { AGENT_CANCEL_GRACE_MS, AGENT_CANCEL_STOP_GRACE_MS } from '../limits.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import { turnTokens } from './acp/acp-schema.ts';
import type { PromptEnd } from './acp/prompt-end.ts';
import { AgentError } from './agent-error.ts';
import { AgentFailure, isLogin } from './acp/agent-failure.ts';
import type { AgentRequests } from './agent-requests.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import type { UpdateRecorder } from './recording/update-recorder.ts';

type EndBody = Omit<Extract<EntryBody, { kind: 'turn-end' }>, 'kind'>;

export interface TurnEnd {
  readonly state: 'finished' | 'failed' | 'interrupted' | 'stopped';
  readonly error: string | null;
  readonly needsLogin: boolean;
}

interface Turn {
  /** The program has the prompt. */
  given: boolean;
  /** Why the turn shall end, when somebody said so. */
  ending: 'cancelled' | 'interrupted' | null;
  readonly done: Promise<void>;
  readonly finish: () => void;
}

interface TurnRunnerOptions {
  readonly timeline: TimelineLog;
  readonly recorder: UpdateRecorder;
  readonly requests: AgentRequests;
  readonly runtime: AgentRuntime;
  readonly clock: Clock;
  readonly logger: Logger;
  /** The program gets the prompt with this request. */
  readonly onGiven: (requestId: number) => void;
  /** The program never got the prompt. */
  readonly onNotGiven: () => void;
  readonly onEnd: (end: TurnEnd) => void;
}

/** The turns of one agent, one at a time. Every turn ends with an entry that says how. */
export class TurnRunner {
  readonly #options: TurnRunnerOptions;
  #turn: Turn | null = null;
  /** The one that an earlier daemon began, while it is not known how that goes on. */
  #adopted: Turn | null = null;
  #sweeping: Promise<void> = Promise.resolve();

  constructor(options: TurnRunnerOptions) {
    this.#options = options;
  }

  get busy(): boolean {
    return this.#turn !== null;
  }

  /** Somebody asked for the end of the turn that still runs: settles when it has ended. */
  get ending(): Promise<void> | null {
    return this.#turn === null || this.#turn.ending === null ? null : this.#turn.done;
  }

  /** The program works on the turn, or what it says of its end is not all told: a later daemon can go on with it. */
  get canBeLeft(): boolean {
    const turn = this.#turn;
    return turn !== null && turn.ending === null && (turn.given || turn === this.#adopted);
  }

  /** Nothing else may begin from now on. {@link run} or {@link end} must follow. */
  begin(): void {
    this.#turn = newTurn(false);
  }

  /**
   * Goes on with the turn that an earlier daemon began. `requestId`: of the program's newest prompt; `given`: the program works on
   * that.
   */
  adopt(requestId: number | null, given: boolean): void {
    const turn = newTurn(given);
    this.#turn = turn;
    this.#adopted = turn;
    if (requestId === null) return;
    if (given) this.#options.onGiven(requestId);
    this.#options.runtime.expectPrompt(requestId, (end) => this.#settled(turn, end));
  }

  /** Everything that the program had said is told: an adopted turn that it does not work on never began there. */
  caughtUp(): void {
    const turn = this.#adopted;
    this.#adopted = null;
    if (turn === null || turn !== this.#turn || turn.given) return;
    this.#options.onNotGiven();
    this.end('interrupted', NOT_GIVEN);
  }

  /** The answer to the prompt of the adopted turn. */
  settleAdopted(end: PromptEnd): void {
    if (this.#adopted !== null) this.#settled(this.#adopted, end);
  }

  /** The adopted turn, unless it has ended already: its program is gone. */
  cutAdopted(why: string): void {
    const turn = this.#adopted;
    this.#adopted = null;
    if (turn !== null && turn === this.#turn) this.end('interrupted', why);
  }

  /** Gives the program the prompt that `build` makes. Never rejects; the turn may go on when it resolves. */
  async run(text: string, build: () => Promise<ContentBlock[]>): Promise<void> {
    const turn = this.#turn;
    if (turn === null) return;
    const { runtime, recorder, onGiven, logger } = this.#options;
    try {
      await this.#sweeping;
      // Somebody may stop it while the prompt is written, the program starts, or files are read.
      const session = turn.ending === null ? await runtime.ensure() : null;
      const prompt = session === null ? [] : await build();
      if (this.#turn !== turn) return;
      if (session === null || turn.ending !== null) return this.#endAsAsked(turn);
      recorder.beginTurn(text);
      turn.given = true;
      onGiven(session.prompt(prompt, (end) => this.#settled(turn, end)));
    } catch (error) {
      if (this.#turn !== turn) return;
      if (turn.ending !== null) return this.#endAsAsked(turn);
      logger.warn({ code: codeOf(error) }, 'a turn failed');
      this.end('failed', runtime.explain(error), isLogin(error));
    }
  }

  /** Resolves when the turn, if one runs, has ended, and what it ran with it: within 2 seconds. */
  async cancel(): Promise<void> {
    const turn = this.#turn;
    if (turn === null) return;
    const { runtime, requests, clock } = this.#options;
    turn.ending ??= 'cancelled';
    requests.refuse(true);
    let asked = runtime.cancel();
    requests.cancelAll();
    const force = () => {
      asked = false;
      void runtime.stop(AGENT_CANCEL_STOP_GRACE_MS);
    };
    if (!asked) force();
    const cancel = clock.after(AGENT_CANCEL_GRACE_MS, force);
    await turn.done;
    cancel();
    if (asked && turn.given) this.#sweeping = runtime.sweep();
    await this.#sweeping;
  }

  /** The program is being stopped: so is its turn. */
  interrupt(): Promise<void> {
    if (this.#turn === null) return Promise.resolve();
    this.#turn.ending ??= 'interrupted';
    return this.#turn.done;
  }

  end(reason: EndBody['reason'], error: string | null, needsLogin = false, tokens?: EndBody['tokens']): void {
    const { requests, recorder, timeline, runtime, logger, onEnd } = this.#options;
    requests.cancelAll();
    requests.refuse(false);
    const turn = this.#turn;
    this.#turn = null;
    try {
      recorder.settle();
      timeline.append({ kind: 'turn-end', reason, error, ...(tokens != null && { tokens }) });
    } catch (failure) {
      logger.error({ err: failure }, 'the end of a turn could not be saved');
    }
    timeline.flush().catch(() => {});
    runtime.touch();
    const cancelled = turn?.ending === 'cancelled';
    const state = reason === 'failed' || reason === 'interrupted' ? reason : cancelled ? 'stopped' : 'finished';
    onEnd({ state, error, needsLogin });
    turn?.finish();
  }

  /** While the line is handled that says so, or when the program is gone. */
  #settled(turn: Turn, end: PromptEnd): void {
    if (this.#turn !== turn) return;
    const { runtime, recorder, logger } = this.#options;
    const told = recorder.takeFailure();
    if (turn.ending === 'interrupted') return this.#endAsAsked(turn);
    if (!('failure' in end)) {
      // Some agents end a cancelled turn as if it had come to its end.
      const reason = turn.ending === 'cancelled' && end.reason === 'end_turn' ? 'cancelled' : end.reason;
      if (told === null || turn.ending !== null) return this.end(reason, null, false, turnTokens(end.result));
      return this.end('failed', runtime.explain(new AgentFailure('refused', told)), false, turnTokens(end.result));
    }
    if (turn.ending !== null) return this.#endAsAsked(turn);
    logger.warn({ code: end.failure.code }, 'a turn failed');
    this.end('failed', runtime.explain(end.failure), isLogin(end.failure));
  }

  #endAsAsked({ ending }: Turn): void {
    if (ending === 'interrupted') this.end('interrupted', STOPPED);
    else this.end('cancelled', null);
  }
}

const NOT_GIVEN = 'Paseo ended before the agent was given this message. Continue, and it is sent again.';
const STOPPED = 'Paseo was stopped while this turn was running. Continue it, or send a message.';

/** How an agent rests after a turn that ended like this. */
export function stateAfter(reason: EndBody['reason']): TurnEnd['state'] {
  if (reason === 'failed' || reason === 'interrupted') return reason;
  return reason === 'cancelled' ? 'stopped' : 'finished';
}

function newTurn(given: boolean): Turn {
  let finish = () => {};
  const done = new Promise<void>((resolve) => (finish = resolve));
  return { given, ending: null, done, finish };
}

function codeOf(error: unknown): string {
  return error instanceof AgentError || error instanceof AgentFailure ? error.code : 'unknown';
}
