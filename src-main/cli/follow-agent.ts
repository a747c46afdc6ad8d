import type { AgentView } from '../../src-shared/client/agent-follower.ts';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { CliError } from './cli-error.ts';
import { canAsk, type CliContext, commandName } from './context.ts';
import { openPermissions } from './open-permissions.ts';
import { note } from './output.ts';
import { openQuestions } from './question-body.ts';
import { PermissionPrompt } from './permission-prompt.ts';
import { shellWord } from '../platform/shell-word.ts';
import { jsonTimeline, textTimeline } from './timeline-writer.ts';

interface FollowOptions {
  readonly client: DaemonClient;
  readonly agentId: string;
  readonly json: boolean;
  /** Whether this view is the last one wanted. */
  readonly until: (view: AgentView) => boolean;
  readonly signal: AbortSignal;
  /** Whether the person here may be asked for permissions. */
  readonly ask: boolean;
}

/** Writes an agent's timeline until `until` or the signal says that it is enough; resolves with the last view. */
export async function followAgent(options: FollowOptions, context: CliContext): Promise<AgentView> {
  const { client, agentId, json, signal } = options;
  const writer = json ? jsonTimeline(context) : textTimeline(context);
  const prompt =
    options.ask && !json && canAsk(context)
      ? new PermissionPrompt({ client, agentId, beforeAsking: () => writer.endLine(), context })
      : null;
  const told = new Set<string>();
  const follower = client.follow(agentId);
  let unsubscribe = (): void => undefined;
  const stopNews = json ? () => undefined : connectionNews(client, () => writer.endLine(), context);
  try {
    return await new Promise<AgentView>((resolve, reject) => {
      const look = (view: AgentView): void => {
        if (view.status === 'gone') return reject(new CliError('not_found', `There is no agent ${agentId}.`));
        writer.show(view);
        if (view.status === 'live' && options.until(view)) return resolve(view);
        prompt?.look(view);
        if (!options.ask || json) return;
        if (prompt === null)
          for (const { requestId } of openPermissions(view.entries))
            tell(requestId, `permit ${agentId} ${shellWord(requestId)} --allow (or --deny)`);
        for (const { questionId } of openQuestions(view.entries))
          tell(questionId, `answer ${agentId} ${shellWord(questionId)}`);
      };
      const tell = (id: string, command: string): void => {
        if (told.has(id)) return;
        told.add(id);
        writer.endLine();
        note(context, `Answer with: ${commandName(context)} ${command}`);
      };
      unsubscribe = follower.view.subscribe(look);
      // Nobody reads any more: `paseo attach … | head`.
      context.stdout.once('error', () => resolve(follower.view.get()));
      signal.addEventListener('abort', () => resolve(follower.view.get()), { once: true });
      look(follower.view.get());
      if (signal.aborted) resolve(follower.view.get());
    });
  } finally {
    unsubscribe();
    stopNews();
    prompt?.stop();
    follower.stop();
    writer.endLine();
  }
}

function connectionNews(client: DaemonClient, beforeNews: () => void, context: CliContext): () => void {
  let away = false;
  return client.state.subscribe(({ state }) => {
    if (state === 'offline' && !away) {
      away = true;
      beforeNews();
      note(context, 'The connection to the daemon was lost; trying again…');
    } else if (state === 'connected' && away) {
      away = false;
      note(context, 'Connected again.');
    }
  });
}
