import { createHash } from 'node:crypto';
import { z } from 'zod';
import { toBase32 } from '../../../src-shared/bytes.ts';
import type { TimelineEntry } from '../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import type { AgentCall } from './acp/acp-connection.ts';
import { PermissionRequest } from './acp/acp-schema.ts';
import { PermissionDesk } from './requests/permission-desk.ts';
import { QuestionDesk } from './requests/question-desk.ts';
import type { UpdateRecorder } from './recording/update-recorder.ts';

/** What an agent asks of a person: its permission requests and questions. Everything else that it may ask of a client is refused. */
export class AgentRequests {
  readonly permissions: PermissionDesk;
  readonly questions: QuestionDesk;
  readonly #recorder: UpdateRecorder;
  #refusing = false;

  constructor(timeline: TimelineLog, recorder: UpdateRecorder, onChange: () => void) {
    this.permissions = new PermissionDesk(timeline, onChange);
    this.questions = new QuestionDesk(timeline, onChange);
    this.#recorder = recorder;
  }

  get waiting(): boolean {
    return this.permissions.pending.length + this.questions.pending.length > 0;
  }

  /** While true nobody is asked: the turn has been cancelled and is about to end. */
  refuse(refusing: boolean): void {
    this.#refusing = refusing;
  }

  /** `hostId`: of the program that asks. */
  handle(call: AgentCall, hostId: string): void {
    switch (call.method) {
      case 'session/request_permission':
        return this.#permission(call, requestName(hostId, call.n));
      case 'elicitation/create':
        return this.#question(call, requestName(hostId, call.n));
      default:
        return call.refuse(-32601, `"Method not found": ${call.method.slice(0, 128)}`);
    }
  }

  /** A notification that is no session update. */
  notified(method: string, params: unknown): void {
    const { data } = Completed.safeParse(params);
    if (method === 'elicitation/complete' && data !== undefined) this.questions.complete(data.elicitationId);
  }

  /** Nobody can answer any more. */
  cancelAll(): void {
    this.permissions.cancelAll();
    this.questions.cancelAll();
  }

  /** Entries of the turn that an earlier daemon began, oldest first. */
  restore(entries: readonly TimelineEntry[]): void {
    this.permissions.restore(entries);
    this.questions.restore(entries);
  }

  /** The agent has asked again what it still asks. */
  closeRestored(): void {
    this.permissions.closeRestored();
    this.questions.closeRestored();
  }

  #permission(call: AgentCall, requestId: string): void {
    const { data } = PermissionRequest.safeParse(call.params);
    if (data === undefined) return call.refuse(-32602, 'Invalid params');
    const answer = (optionId: string | null): void =>
      call.result({ outcome: optionId === null ? { outcome: 'cancelled' } : { outcome: 'selected', optionId } });
    // It was answered without having been shown: too many waited, or its turn is over.
    if (this.#refusing || (call.replayed && !this.permissions.knows(requestId))) return answer(null);
    this.#recorder.settle();
    const known = this.#recorder.known(data.toolCall);
    this.permissions.ask(requestId, data, known, call.signal).then(answer, failed(call));
  }

  #question(call: AgentCall, questionId: string): void {
    if (this.#refusing || (call.replayed && !this.questions.knows(questionId)))
      return call.result({ action: 'cancel' });
    this.#recorder.settle();
    this.questions.ask(questionId, call.params, call.signal).then(call.result, failed(call));
  }
}

const Completed = z.looseObject({ elicitationId: z.string() });

/** The same after a restart of the daemon, so that a request that is heard again finds what became of it. */
function requestName(hostId: string, line: number): string {
  return toBase32(createHash('sha256').update(`${hostId} ${line}`).digest().subarray(0, 10));
}

/** It could not be shown: nobody can answer it. */
function failed(call: AgentCall): () => void {
  return () => call.refuse(-32603, 'The request could not be shown.');
}
