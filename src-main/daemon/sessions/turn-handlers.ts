import type { AgentService } from '../agents/agent-service.ts';
import type { Handlers } from './handlers.ts';
import { RequestRefused } from './request-outcome.ts';

type TurnMethods =
  | 'agent.prompt'
  | 'agent.resume'
  | 'agent.cancel'
  | 'agent.release'
  | 'queue.read'
  | 'queue.edit'
  | 'queue.remove'
  | 'queue.resume';

/** Turns of an agent and the messages that wait for them. */
export function turnHandlers(agents: AgentService): Handlers<TurnMethods> {
  return {
    'agent.prompt': ({ agentId, text, attachments, mentions }, { actor }) => {
      if (text === '' && attachments.length === 0)
        throw new RequestRefused('bad_request', 'There is nothing to send. Write something or add a file.');
      return agents.prompt(agentId, { text, attachments, mentions }, actor);
    },
    'agent.resume': ({ agentId }, { actor }) => agents.resume(agentId, actor),
    'agent.cancel': async ({ agentId }) => {
      await agents.cancel(agentId);
      return {};
    },
    'agent.release': async ({ agentId }) => {
      await agents.release(agentId);
      return {};
    },
    'queue.read': async ({ agentId, queuedId }) => ({ text: await agents.readQueued(agentId, queuedId) }),
    'queue.edit': async ({ agentId, queuedId, text }) => {
      await agents.editQueued(agentId, queuedId, text);
      return {};
    },
    'queue.remove': async ({ agentId, queuedId }) => {
      await agents.removeQueued(agentId, queuedId);
      return {};
    },
    'queue.resume': async ({ agentId }) => {
      await agents.resumeQueue(agentId);
      return {};
    },
  };
}
