import type { AgentService } from '../agents/agent-service.ts';
import type { Handlers } from './handlers.ts';
import { RequestRefused } from './request-outcome.ts';

type AgentMethods =
  | 'agents.list'
  | 'agent.page'
  | 'agent.create'
  | 'agent.prompt'
  | 'agent.cancel'
  | 'agent.archive'
  | 'permission.answer'
  | 'providers.list'
  | 'folders.list';

export function agentHandlers(agents: AgentService): Handlers<AgentMethods> {
  return {
    'agents.list': ({ archived }) => ({ agents: agents.list().filter((agent) => archived || !agent.archived) }),
    'agent.page': async ({ agentId, logId, before, limit }) => {
      const timeline = agents.timeline(agentId);
      if (timeline === undefined) throw noSuchAgent();
      if (timeline.logId !== logId)
        throw new RequestRefused('log_changed', 'The end of this history was lost with the power. Subscribe again.');
      return { logId, entries: await timeline.page(before, limit) };
    },
    'agent.create': (params, { actor }) => agents.create({ ...params, by: actor }),
    'agent.prompt': ({ agentId, text }, { actor }) => agents.prompt(agentId, text, actor),
    'agent.cancel': async ({ agentId }) => {
      await agents.cancel(agentId);
      return {};
    },
    'agent.archive': async ({ agentId, archived }) => {
      await agents.archive(agentId, archived);
      return {};
    },
    'permission.answer': async ({ agentId, requestId, optionId }, { actor }) => {
      await agents.answerPermission(agentId, requestId, optionId, actor);
      return {};
    },
    'providers.list': async () => ({ providers: await agents.providers() }),
    'folders.list': ({ path }) => agents.folders(path),
  };
}

export function noSuchAgent(): RequestRefused {
  return new RequestRefused('not_found', 'There is no such agent. It may have been removed.');
}
