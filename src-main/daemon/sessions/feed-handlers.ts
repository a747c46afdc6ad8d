import type { Handlers } from './handlers.ts';
import { RequestRefused } from './request-outcome.ts';

type FeedMethods = 'watch' | 'agent.subscribe' | 'agent.unsubscribe';

/** What they start goes out after their answer: a client takes events before it for those of an older subscription. */
export function feedHandlers(): Handlers<FeedMethods> {
  return {
    watch: ({ topics }, caller) => {
      if (topics.includes('pairing') && caller.role !== 'owner')
        throw new RequestRefused(
          'forbidden',
          'Pairing is for the owner of the machine. Use the app or the command there.',
        );
      caller.afterAnswer(() => caller.feeds.watch(topics));
      return {};
    },
    'agent.subscribe': ({ agentId, cursor }, caller) => {
      const followed = caller.feeds.follow(agentId, cursor);
      caller.answerIn(followed.lane);
      caller.afterAnswer(() => followed.start());
      return {};
    },
    'agent.unsubscribe': ({ agentId }, { feeds }) => {
      feeds.unfollow(agentId);
      return {};
    },
  };
}
