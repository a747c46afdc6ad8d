// Further directives of the fake agent: what a session offers beside text and tools. fake-agent.mjs lists them.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { methods } from '@agentclientprotocol/sdk';
import { Stop, update } from './session.mjs';

/** @typedef {import('@agentclientprotocol/sdk').AgentContext} AgentContext */
/** @typedef {import('./session.mjs').Session} Session */

/** A green square of 2 by 2 pixels. */
const PICTURE = 'iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR4nGPQX+EPRAwQCgAftgSZ39VJRAAAAABJRU5ErkJggg==';

let terminals = 0;

/** Whether the directive was one of these.
 * @param {AgentContext} client @param {Session} session @param {string} directive @param {string[]} words
 * @returns {Promise<boolean>} */
export async function performFeature(client, session, directive, words) {
  const rest = words.join(' ');
  switch (directive) {
    case 'form':
      await askForm(client, session, rest);
      return true;
    case 'page':
      await askPage(client, session, rest);
      return true;
    case 'usage':
      await update(client, session, {
        sessionUpdate: 'usage_update',
        used: Number(words[0]),
        size: Number(words[1]),
        cost: { amount: 0.25, currency: 'USD' },
      });
      return true;
    case 'title':
      await update(client, session, { sessionUpdate: 'session_info_update', title: rest });
      return true;
    case 'picture': {
      const content = { type: 'image', data: PICTURE, mimeType: 'image/png' };
      await update(client, session, { sessionUpdate: 'agent_message_chunk', content });
      return true;
    }
    case 'link': {
      const content = { type: 'resource_link', uri: words[0] ?? '', name: words.slice(1).join(' ') };
      await update(client, session, { sessionUpdate: 'agent_message_chunk', content });
      return true;
    }
    case 'terminal':
      await terminal(client, session, rest);
      return true;
    case 'blocks':
      await message(client, session, session.blocks.map(describe).join('; '));
      return true;
    case 'choose': {
      const option = session.options.find(({ id }) => id === words[0]);
      if (option !== undefined)
        option.currentValue = words[1] === 'true' || words[1] === 'false' ? words[1] === 'true' : (words[1] ?? '');
      await update(client, session, { sessionUpdate: 'config_option_update', configOptions: session.options });
      return true;
    }
    case 'chosen':
      await message(client, session, session.options.map(({ id, currentValue }) => `${id}=${currentValue}`).join(' '));
      return true;
    default:
      return false;
  }
}

/** What a session of `--rich` may be told.
 * @returns {import('./session.mjs').Option[]} */
export function richOptions() {
  return [
    {
      ...{ type: 'select', id: 'mode', name: 'Mode', category: 'mode', currentValue: 'ask' },
      options: [
        { value: 'ask', name: 'Ask', description: 'Asks before it changes anything' },
        { value: 'plan', name: 'Plan', description: 'Only plans' },
      ],
    },
    {
      ...{ type: 'select', id: 'model', name: 'Model', category: 'model', currentValue: 'small' },
      options: [
        { value: 'small', name: 'Small' },
        { value: 'large', name: 'Large' },
      ],
    },
    { type: 'boolean', id: 'fast', name: 'Fast', description: 'Answers sooner, costs more', currentValue: false },
  ];
}

/** @param {AgentContext} client @param {Session} session */
export async function sendCommands(client, session) {
  const availableCommands = [
    { name: 'review', description: 'Reviews the changes', input: { hint: 'what to look at' } },
    { name: 'compact', description: 'Shortens the conversation' },
  ];
  await update(client, session, { sessionUpdate: 'available_commands_update', availableCommands });
}

/** Sessions in the memory folder, for `session/list`. @param {string} memory @param {string | null | undefined} cwd */
export function listedSessions(memory, cwd) {
  const files = readdirSync(memory).filter((name) => name.endsWith('.jsonl'));
  return files
    .map((name) => {
      const [first = '""'] = readFileSync(path.join(memory, name), 'utf8').split('\n');
      const folder = readFileSync(path.join(memory, name.replace(/\.jsonl$/, '.cwd')), 'utf8');
      return { sessionId: name.replace(/\.jsonl$/, ''), cwd: folder, title: String(JSON.parse(first)) };
    })
    .filter((session) => cwd == null || session.cwd === cwd);
}

/** @param {AgentContext} client @param {Session} session @param {string} text */
async function message(client, session, text) {
  await update(client, session, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
}

/** @param {AgentContext} client @param {Session} session @param {string} text */
async function askForm(client, session, text) {
  const answer = await client.request(methods.client.elicitation.create, {
    sessionId: session.id,
    mode: 'form',
    message: text,
    requestedSchema: {
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Name', description: 'How it is called', minLength: 2 },
        colour: {
          type: 'string',
          title: 'Colour',
          oneOf: [
            { const: 'red', title: 'Red' },
            { const: 'blue', title: 'Blue' },
          ],
        },
        parts: { type: 'array', title: 'Parts', items: { type: 'string', enum: ['tests', 'docs'] } },
        count: { type: 'integer', title: 'Count', minimum: 1, maximum: 9, default: 3 },
        sure: { type: 'boolean', title: 'Sure', default: true },
      },
      required: ['name', 'colour'],
    },
  });
  if (session.cancelled.signal.aborted) throw new Stop('cancelled');
  await message(
    client,
    session,
    `answer: ${answer.action} ${JSON.stringify('content' in answer ? answer.content : null)}`,
  );
}

/** @param {AgentContext} client @param {Session} session @param {string} url */
async function askPage(client, session, url) {
  const answer = await client.request(methods.client.elicitation.create, {
    sessionId: session.id,
    mode: 'url',
    elicitationId: `page-${process.pid}-${session.prompts.length}`,
    message: 'Please log in on this page.',
    url,
  });
  if (session.cancelled.signal.aborted) throw new Stop('cancelled');
  await message(client, session, `page: ${answer.action}`);
}

/** Output of a command as the Claude and Codex adapters send it. @param {AgentContext} client @param {Session} session @param {string} text */
async function terminal(client, session, text) {
  const toolCallId = `terminal-${process.pid}-${++terminals}`;
  const about = { toolCallId, title: 'npm test', kind: 'execute', status: 'in_progress' };
  const content = [{ type: 'terminal', terminalId: toolCallId }];
  const info = { terminal_info: { terminal_id: toolCallId, cwd: session.cwd } };
  await update(client, session, { sessionUpdate: 'tool_call', ...about, content, _meta: info });
  for (const line of text.split('|')) {
    const output = { terminal_output: { terminal_id: toolCallId, data: `${line}\r\n` } };
    await update(client, session, { sessionUpdate: 'tool_call_update', toolCallId, _meta: output });
  }
  const exit = { terminal_exit: { terminal_id: toolCallId, exit_code: 0, signal: null } };
  await update(client, session, { sessionUpdate: 'tool_call_update', toolCallId, status: 'completed', _meta: exit });
}

/** @param {import('@agentclientprotocol/sdk').ContentBlock} block */
function describe(block) {
  switch (block.type) {
    case 'text':
      return `text ${block.text.length}`;
    case 'image':
      return `image ${block.mimeType} ${block.data.length}`;
    case 'resource_link':
      return `link ${block.uri}`;
    case 'resource':
      return `resource ${block.resource.uri}`;
    default:
      return block.type;
  }
}
