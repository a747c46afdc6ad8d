import type { ClientCapabilities } from '@agentclientprotocol/sdk';

/**
 * What the daemon says it can show and answer; the recorder, the desks and the session state understand exactly this. Agents work on
 * the disk and run their commands themselves. `terminal_output` is what adapters look for before they tell a command's output apart
 * from its result.
 */
export const CLIENT_CAPABILITIES: ClientCapabilities = {
  fs: { readTextFile: false, writeTextFile: false },
  terminal: false,
  session: { notices: {}, compaction: {}, configOptions: { boolean: {} } },
  elicitation: { form: {}, url: {} },
  _meta: { terminal_output: true },
};
