// One session of the fake agent, and how a turn in it says something or ends.
import { methods } from '@agentclientprotocol/sdk';

/** @typedef {import('@agentclientprotocol/sdk').AgentContext} AgentContext */
/** @typedef {{ type: string, id: string, name: string, currentValue: string | boolean } & Record<string, unknown>} Option */
/** @typedef {{ id: string, cwd: string, prompts: string[], cancelled: AbortController, options: Option[],
 *   blocks: import('@agentclientprotocol/sdk').ContentBlock[] }} Session */

/** Thrown to leave a turn with a stop reason. */
export class Stop extends Error {
  /** @param {'cancelled' | 'refusal'} reason */
  constructor(reason) {
    super(reason);
    this.reason = reason;
  }
}

/** Loosely typed: some of the updates are wrong on purpose.
 * @param {AgentContext} client @param {Session} session @param {object} fields */
export async function update(client, session, fields) {
  /** @type {import('@agentclientprotocol/sdk').SessionNotification} */
  const notification = {
    sessionId: session.id,
    update: /** @type {import('@agentclientprotocol/sdk').SessionUpdate} */ (fields),
  };
  await client.notify(methods.client.session.update, notification);
}
