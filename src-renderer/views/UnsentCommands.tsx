import { Clock, TriangleAlert } from 'lucide-react';
import { z } from 'zod';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import type { OutboxItem } from '../../src-shared/client/outbox-store.ts';
import { useWatchable } from './use-watchable.ts';
import './unsent-commands.css';

const AboutAgent = z.looseObject({
  agentId: z.string(),
  text: z.string().optional(),
  archived: z.boolean().optional(),
});

/** What was done here for this agent and has not reached the daemon yet, or failed while nobody looked. */
export function UnsentCommands({ client, agentId }: { client: DaemonClient; agentId: string }) {
  const commands = useWatchable(client.pendingCommands);
  const connected = useWatchable(client.state).state === 'connected';
  const shown = commands.flatMap((item) => {
    const about = AboutAgent.safeParse(item.params);
    return about.success && about.data.agentId === agentId ? [{ item, about: about.data }] : [];
  });
  if (shown.length === 0) return null;
  return (
    <ul className="unsent" aria-label="Not delivered yet">
      {shown.map(({ item, about }) => (
        <li key={item.n} className="unsent-row">
          {item.failed ? (
            <TriangleAlert className="icon tone-amber" aria-hidden="true" />
          ) : (
            <Clock className="icon" aria-hidden="true" />
          )}
          <span className="grow">
            <span className="two-lines unsent-text">{about.text || actionWords(item.method, about.archived)}</span>
            <span className="faint">
              {item.failed ? item.failed.message : connected ? 'Sending' : 'Will be sent when the connection is back'}
            </span>
          </span>
          {(item.failed !== null || !connected) && (
            <button type="button" className="button button-quiet" onClick={() => client.discardCommand(item.n)}>
              {item.failed ? 'Dismiss' : 'Do not send'}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What a person did, where it has no text of its own. */
function actionWords(method: OutboxItem['method'], archived?: boolean): string {
  switch (method) {
    case 'agent.prompt':
      return 'Your message with files';
    case 'agent.resume':
      return 'Continue';
    case 'agent.cancel':
      return 'Stop';
    case 'agent.archive':
      return archived === false ? 'Bring back' : 'Archive';
    case 'agent.release':
      return 'Continue in a terminal';
    case 'agent.set-option':
      return 'Your choice of an option';
    case 'permission.answer':
      return 'Your answer to the request';
    case 'question.answer':
      return 'Your answer to the question';
    case 'queue.remove':
      return 'Removing a waiting message';
    case 'queue.resume':
      return 'Sending what waits';
    default:
      return method;
  }
}
