import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';
import { RequestError } from '../../src-shared/client/request-error.ts';
import type { AgentDetail } from '../../src-shared/wire/detail.ts';

/** The detail of an agent as it is now. */
export async function agentDetail(client: DaemonClient, agentId: string): Promise<AgentDetail> {
  const follower = client.follow(agentId);
  let stop: (() => void)[] = [];
  try {
    return await new Promise<AgentDetail>((resolve, reject) => {
      const look = () => {
        const detail = follower.detail.get();
        if (detail !== null) resolve(detail);
        else if (follower.view.get().status === 'gone')
          reject(new RequestError('agent_failed', `The files of agent ${agentId} cannot be read.`));
      };
      stop = [follower.detail.subscribe(look), follower.view.subscribe(look)];
      look();
    });
  } finally {
    for (const unsubscribe of stop) unsubscribe();
    follower.stop();
  }
}
