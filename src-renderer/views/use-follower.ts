import { useEffect, useState } from 'react';
import type { AgentFollower } from '../../src-shared/client/agent-follower.ts';
import type { DaemonClient } from '../../src-shared/client/daemon-client.ts';

/** Follows an agent for as long as the component is there; null for the first moment. */
export function useFollower(client: DaemonClient, agentId: string): AgentFollower | null {
  const [follower, setFollower] = useState<AgentFollower | null>(null);
  useEffect(() => {
    const started = client.follow(agentId);
    setFollower(started);
    return () => {
      setFollower(null);
      started.stop();
    };
  }, [client, agentId]);
  return follower;
}
