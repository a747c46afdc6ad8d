import type { PendingPermission } from '../../../src-shared/wire/agent.ts';
import type { Actor, PermissionOption } from '../../../src-shared/wire/timeline.ts';
import { MAX_PENDING_PERMISSIONS } from '../limits.ts';
import { cutText } from '../timeline/entry-bounds.ts';
import { randomId } from '../timeline/random-id.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import type { PermissionRequest } from './acp-schema.ts';
import { AgentError } from './agent-error.ts';
import { wholeToolCall } from './tool-call.ts';
import type { ToolFields } from './tool-call.ts';

/** Answered requests that are remembered, to tell a late answer from a wrong one. */
const MAX_ANSWERED = 1024;

interface Waiting {
  readonly shown: PendingPermission;
  readonly resolve: (optionId: string | null) => void;
}

/** The open permission requests of one agent. Each is settled once: by the first answer, or with null when nobody can answer. */
export class PermissionDesk {
  readonly #timeline: TimelineLog;
  readonly #onChange: () => void;
  readonly #waiting = new Map<string, Waiting>();
  readonly #answered = new Set<string>();

  constructor(timeline: TimelineLog, onChange: () => void) {
    this.#timeline = timeline;
    this.#onChange = onChange;
  }

  get pending(): PendingPermission[] {
    return [...this.#waiting.values()].map(({ shown }) => shown);
  }

  /** Shows the request and waits for its answer: an option id, or null. `signal`: the agent does not wait any more. */
  async ask(request: PermissionRequest, known: Partial<ToolFields>, signal: AbortSignal): Promise<string | null> {
    if (this.#waiting.size >= MAX_PENDING_PERMISSIONS || signal.aborted) return null;
    const requestId = randomId();
    const tool = wholeToolCall(request.toolCall, known);
    const options = request.options.map(({ optionId, name, kind }) => ({ optionId, name: name.slice(0, 256), kind }));
    const { seq } = this.#timeline.append({ kind: 'permission', requestId, ...tool, options });
    const shown = { requestId, seq, title: cutText(tool.title, 900), toolKind: tool.toolKind, options };
    const answer = new Promise<string | null>((resolve) => this.#waiting.set(requestId, { shown, resolve }));
    const withdraw = () => this.#settle(requestId, null, null)?.(null);
    signal.addEventListener('abort', withdraw, { once: true });
    // A failure is retried and reported by the timeline itself.
    this.#timeline.flush().catch(() => {});
    this.#onChange();
    try {
      return await answer;
    } finally {
      signal.removeEventListener('abort', withdraw);
    }
  }

  /** Resolves when the answer is durable and the agent has it. Throws {@link AgentError}. */
  async answer(requestId: string, optionId: string | null, by: Actor): Promise<void> {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) throw this.#unknown(requestId);
    const option = optionId === null ? null : waiting.shown.options.find((one) => one.optionId === optionId);
    if (option === undefined) {
      throw new AgentError('bad_request', 'This request has no such option. Choose one of those it offers.');
    }
    const resolve = this.#settle(requestId, option, by);
    try {
      await this.#timeline.flush();
    } catch (error) {
      // What could not be recorded must not happen.
      this.#timeline.append({
        kind: 'notice',
        level: 'error',
        text: 'The answer could not be saved and was not given.',
      });
      resolve?.(null);
      throw new AgentError('not_saved', 'The answer could not be saved. Free some disk space and try again.', {
        cause: error,
      });
    }
    resolve?.(optionId);
  }

  /** The turn is over or the agent gone. */
  cancelAll(): void {
    for (const requestId of [...this.#waiting.keys()]) this.#settle(requestId, null, null)?.(null);
  }

  /** Requests of an earlier run of the daemon that nobody can answer any more. */
  closeOld(requestIds: Iterable<string>): void {
    for (const requestId of requestIds) this.#record(requestId, null, null);
  }

  #settle(requestId: string, option: PermissionOption | null, by: Actor | null): Waiting['resolve'] | undefined {
    const waiting = this.#waiting.get(requestId);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(requestId);
    this.#record(requestId, option, by);
    this.#onChange();
    return waiting.resolve;
  }

  #record(requestId: string, option: PermissionOption | null, by: Actor | null): void {
    this.#answered.add(requestId);
    const [oldest] = this.#answered;
    if (this.#answered.size > MAX_ANSWERED && oldest !== undefined) this.#answered.delete(oldest);
    this.#timeline.append({ kind: 'permission-answer', requestId, option, by });
  }

  #unknown(requestId: string): AgentError {
    return this.#answered.has(requestId)
      ? new AgentError('already_answered', 'This request was answered already.')
      : new AgentError('not_found', 'There is no such permission request.');
  }
}
