import type { Actor } from '../../../src-shared/wire/timeline.ts';
import type { TimelineLog } from '../timeline/timeline-log.ts';
import { AgentError, notSaved } from './agent-error.ts';
import type { AgentRuntime } from './agent-runtime.ts';
import type { SessionFile } from './acp/session-file.ts';
import type { SessionState } from './acp/session-state.ts';

interface SessionParts {
  readonly runtime: AgentRuntime;
  readonly state: SessionState;
  readonly timeline: TimelineLog;
  readonly file: SessionFile;
}

/** A person gives an option of the session another value; the program is started if need be. Throws {@link AgentError}. */
export async function chooseOption(
  { runtime, state, timeline, file }: SessionParts,
  { optionId, value, by }: { optionId: string; value: string | boolean; by: Actor },
): Promise<void> {
  try {
    const session = await runtime.open();
    const { method, params } = state.setRequest(optionId, value);
    const result = await session.request(method, params).catch((error: unknown) => {
      state.refused(optionId);
      throw error;
    });
    timeline.append({ kind: 'option', ...state.applied(optionId, value, result), by });
  } catch (error) {
    if (error instanceof AgentError) throw error;
    throw new AgentError('agent_failed', runtime.explain(error), { cause: error });
  }
  await Promise.all([timeline.flush(), file.save()]).catch((cause: unknown) => {
    throw notSaved('The choice could not be saved', cause);
  });
}
