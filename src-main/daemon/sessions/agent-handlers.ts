import type { AgentService } from '../agents/agent-service.ts';
import type { Handlers } from './handlers.ts';
import { RequestRefused } from './request-outcome.ts';

type AgentMethods =
  | 'agents.list'
  | 'agent.page'
  | 'agent.create'
  | 'agent.archive'
  | 'agent.set-option'
  | 'permission.answer'
  | 'question.answer'
  | 'sessions.list'
  | 'agent.import'
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
    'agent.create': ({ provider, cwd, prompt, attachments, mentions }, { actor }) => {
      const enclosed = attachments.length > 0 || mentions.length > 0;
      const first = prompt !== null || enclosed ? { text: prompt ?? '', attachments, mentions } : null;
      return agents.create({ provider, cwd, prompt: first, by: actor });
    },
    'agent.archive': async ({ agentId, archived }) => {
      await agents.archive(agentId, archived);
      return {};
    },
    'agent.set-option': async ({ agentId, optionId, value }, { actor }) => {
      await agents.setOption(agentId, optionId, value, actor);
      return {};
    },
    'permission.answer': async ({ agentId, requestId, optionId }, { actor }) => {
      await agents.answerPermission(agentId, requestId, optionId, actor);
      return {};
    },
    'question.answer': async ({ agentId, questionId, action, values }, { actor }) => {
      if (values !== null && action !== 'accept')
        throw new RequestRefused('bad_request', 'Values go with an answer that accepts.');
      await agents.answerQuestion(agentId, questionId, { action, values }, actor);
      return {};
    },
    'sessions.list': (request) => agents.sessions(request),
    'agent.import': (session, { actor }) => agents.importSession({ ...session, by: actor }),
    'providers.list': async () => ({ providers: await agents.providers() }),
    'folders.list': ({ path }) => agents.folders(path),
  };
}

export function noSuchAgent(): RequestRefused {
  return new RequestRefused('not_found', 'There is no such agent. It may have been removed.');
}
