import { cutText } from '../../timeline/entry-bounds.ts';
import { AgentError } from '../agent-error.ts';
import { AgentFailure } from './agent-failure.ts';

/** With room for the words of a summary's `error`. */
const MAX_CHARS = 1900;

/** Why the agent called `label` could not do something, for people, with what mends it. `loginFix` goes behind a refused login. */
export function explainFailure(error: unknown, label: string, loginFix: string): string {
  return cutText(error instanceof AgentError ? error.message : explain(error, label, loginFix), MAX_CHARS);
}

function explain(error: unknown, label: string, loginFix: string): string {
  if (!(error instanceof AgentFailure)) {
    return `${label} could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
  switch (error.code) {
    case 'login':
      return `${label} is not logged in (${error.message}). ${loginFix}`.trim();
    case 'refused':
      return `${label} reported an error: ${error.message}`;
    case 'protocol':
      return `${label} cannot be used: ${error.message}. Update ${label} and Paseo.`;
    case 'unsupported':
      return `${label} cannot do this: ${error.message}.`;
    case 'model':
      return error.message;
    case 'timeout':
    case 'ended':
    case 'not_running':
      return `${label} failed: ${error.message}. Send a message to start it again.`;
  }
}
