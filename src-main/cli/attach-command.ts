import { CLI_FOLLOW_PATIENCE_MS } from './limits.ts';
import { findAgent } from './agent-ref.ts';
import type { CliContext } from './context.ts';
import { withDaemon } from './daemon-session.ts';
import { followAgent } from './follow-agent.ts';
import type { TargetOptions } from './options.ts';
import { stopSignals } from './stop-signals.ts';

export interface AttachOptions extends TargetOptions {
  /** commander's name of `--no-follow`. */
  follow: boolean;
}

/** Shows the newest page of an agent's timeline and goes on with it until Ctrl-C, or only what is there (`--no-follow`). */
export async function attachAgent(reference: string, options: AttachOptions, context: CliContext): Promise<void> {
  const { signal, dispose } = stopSignals();
  try {
    await withDaemon(
      options,
      context,
      async ({ client }) => {
        const { id, lastSeq } = await findAgent(client, reference);
        await followAgent(
          {
            client,
            agentId: id,
            json: options.json === true,
            until: ({ entries }) => !options.follow && (entries.at(-1)?.seq ?? 0) >= lastSeq,
            signal,
            ask: options.follow && client.welcome.get()?.role !== 'view',
          },
          context,
        );
      },
      { patience: CLI_FOLLOW_PATIENCE_MS, signal },
    );
  } finally {
    dispose();
  }
}
