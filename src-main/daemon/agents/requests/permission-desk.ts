import type { PendingPermission } from '../../../../src-shared/wire/agent.ts';
import type { Actor, EntryBody, PermissionOption, TimelineEntry } from '../../../../src-shared/wire/timeline.ts';
import { MAX_PENDING_PERMISSIONS } from '../../limits.ts';
import { cutText } from '../../timeline/entry-bounds.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import type { PermissionRequest } from '../acp/acp-schema.ts';
import { AgentError } from '../agent-error.ts';
import { RequestDesk } from './request-desk.ts';
import { wholeToolCall } from '../recording/tool-call.ts';
import type { ToolFields } from '../recording/tool-call.ts';

/** The open permission requests of one agent. An answer is one of the options that were offered, or null. */
export class PermissionDesk {
  readonly #timeline: Pick<TimelineLog, 'append' | 'flush'>;
  readonly #desk: RequestDesk<PendingPermission, PermissionOption | null>;

  constructor(timeline: Pick<TimelineLog, 'append' | 'flush'>, onChange: () => void) {
    this.#timeline = timeline;
    this.#desk = new RequestDesk<PendingPermission, PermissionOption | null>({
      timeline,
      onChange,
      limit: MAX_PENDING_PERMISSIONS,
      nobody: null,
      told: (requestId, option, by) => ({ kind: 'permission-answer', requestId, option, by }),
      words: { answered: 'This request was answered already.', unknown: 'There is no such permission request.' },
    });
  }

  get pending(): PendingPermission[] {
    return this.#desk.open;
  }

  /** Whether it was shown: it is open or answered. */
  knows(requestId: string): boolean {
    return this.#desk.knows(requestId);
  }

  /** As `RequestDesk.ask`; the answer is the id of an option, or null. `known`: what was told of the tool call before. */
  async ask(
    requestId: string,
    request: PermissionRequest,
    known: Partial<ToolFields>,
    signal: AbortSignal,
  ): Promise<string | null> {
    const option = await this.#desk.ask(requestId, () => this.#show(requestId, request, known), signal);
    return option?.optionId ?? null;
  }

  /** Resolves when the answer is durable and the agent has it. Throws {@link AgentError}. */
  async answer(requestId: string, optionId: string | null, by: Actor): Promise<void> {
    const choose = ({ options }: PendingPermission): PermissionOption | null => {
      const option = optionId === null ? null : options.find((one) => one.optionId === optionId);
      if (option !== undefined) return option;
      throw new AgentError('bad_request', 'This request has no such option. Choose one of those it offers.');
    };
    await this.#desk.answer(requestId, choose, by);
  }

  /** The turn is over or the agent gone. */
  cancelAll(): void {
    this.#desk.cancelAll();
  }

  /** What an earlier run of the daemon left, oldest first. */
  restore(entries: readonly TimelineEntry[]): void {
    for (const { seq, body } of entries) {
      if (body.kind === 'permission') this.#desk.reopen(body.requestId, shownPermission(seq, body));
      if (body.kind === 'permission-answer') this.#desk.remember(body.requestId, body.option);
    }
  }

  /** Requests of an earlier run that the agent has not asked again: nobody can answer them any more. */
  closeRestored(): void {
    this.#desk.closeRestored();
  }

  #show(requestId: string, request: PermissionRequest, known: Partial<ToolFields>): PendingPermission {
    const tool = wholeToolCall(request.toolCall, known);
    const options = request.options.map(({ optionId, name, kind }) => ({ optionId, name: name.slice(0, 256), kind }));
    const body = { kind: 'permission' as const, requestId, ...tool, options };
    const { seq } = this.#timeline.append(body);
    return shownPermission(seq, body);
  }
}

function shownPermission(seq: number, body: Extract<EntryBody, { kind: 'permission' }>): PendingPermission {
  const { requestId, title, toolKind, options } = body;
  return { requestId, seq, title: cutText(title, 900), toolKind, options };
}
