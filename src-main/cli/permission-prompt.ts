import type { AgentView } from '../../src-shared/client/agent-follower.ts';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { askPermission } from './ask-permission.ts';
import type { CliContext } from './context.ts';
import { codeOf, failureOf } from './failure.ts';
import { openPermissions, type PermissionBody } from './open-permissions.ts';
import { note } from './output.ts';

interface PermissionPromptOptions {
  readonly client: DaemonClient;
  readonly agentId: string;
  /** The question comes on a line of its own. */
  readonly beforeAsking: () => void;
  readonly context: CliContext;
}

/** Asks the person on this terminal about permission requests, one at a time, until somebody answered them anywhere. */
export class PermissionPrompt {
  readonly #options: PermissionPromptOptions;
  #asking: { readonly requestId: string; readonly stop: AbortController } | null = null;
  #view: AgentView | null = null;
  readonly #done = new Set<string>();
  #stopped = false;

  constructor(options: PermissionPromptOptions) {
    this.#options = options;
  }

  look(view: AgentView): void {
    this.#view = view;
    if (this.#stopped || view.status !== 'live') return;
    const open = openPermissions(view.entries);
    if (this.#asking !== null) {
      const { requestId, stop } = this.#asking;
      if (!open.some((request) => request.requestId === requestId)) stop.abort();
      return;
    }
    const next = open.find(({ requestId }) => !this.#done.has(requestId));
    if (next === undefined) return;
    const asking = { requestId: next.requestId, stop: new AbortController() };
    this.#asking = asking;
    void this.#ask(next, asking.stop.signal).finally(() => {
      this.#done.add(asking.requestId);
      this.#asking = null;
      if (this.#view !== null) this.look(this.#view);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#asking?.stop.abort();
  }

  async #ask(request: PermissionBody, signal: AbortSignal): Promise<void> {
    const { client, agentId, beforeAsking, context } = this.#options;
    beforeAsking();
    try {
      const optionId = await askPermission(request, signal, context);
      await client.command('permission.answer', { agentId, requestId: request.requestId, optionId });
    } catch (error) {
      if (signal.aborted) return note(context, this.#stopped ? '' : '(answered elsewhere)');
      if (codeOf(error) !== 'already_answered') note(context, failureOf(error).message);
    }
  }
}
