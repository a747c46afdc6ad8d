// What the agent that breaks the rules writes and reads, line by line.
import process from 'node:process';

/** What is read of a line. @typedef {{ id?: unknown, method?: string, params?: { prompt?: { text?: string }[] },
 *   error?: { code: number }, result?: { outcome?: { outcome: string }, action?: string } }} Message */

export const session = 'odd-session';

let nextId = 0;
/** @type {Map<unknown, (message: Message) => void>} */
const waiting = new Map();

/** @param {unknown} message */
export function send(message, end = '\n') {
  process.stdout.write(JSON.stringify(message) + end);
}

/** @param {unknown} id @param {unknown} result */
export function answer(id, result) {
  send({ jsonrpc: '2.0', id, result });
}

/** @param {unknown} id @returns {Promise<Message>} */
function answered(id) {
  return new Promise((resolve) => waiting.set(id, resolve));
}

/** A line that came. @param {Message} received */
export function settle(received) {
  waiting.get(received.id)?.(received);
}

/** What became of a request, in a word. @param {Message} answer */
export function outcomeOf({ error, result }) {
  return result?.outcome?.outcome ?? (result?.action ? `${result.action}d` : `refused with ${error?.code}`);
}

/** @param {object} fields */
export function notification(fields) {
  return { jsonrpc: '2.0', method: 'session/update', params: { sessionId: session, update: fields } };
}

/** @param {object} fields */
export function update(fields) {
  send(notification(fields));
}

/** @param {string} text */
export function message(text) {
  return { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
}

/** @param {string} method @param {unknown} params @returns {Promise<Message>} */
export function call(method, params, id = nextId++) {
  send({ jsonrpc: '2.0', id, method, params });
  return answered(id);
}

/** @param {string} title */
export function permission(title) {
  const choices = [{ optionId: 'yes', name: 'Yes', kind: 'allow_once' }];
  return { sessionId: session, toolCall: { toolCallId: `ask-${title}`, title }, options: choices };
}

/** @param {number} fields @param {number} choices @param {number} length */
export function form(fields, choices, length) {
  const oneOf = Array.from({ length: choices }, (_, i) => ({ const: `${i}`, title: `${i}`.padEnd(length, 'x') }));
  const properties = Object.fromEntries(Array.from({ length: fields }, (_, i) => [`f${i}`, { type: 'string', oneOf }]));
  return { mode: 'form', sessionId: session, message: 'Which?', requestedSchema: { type: 'object', properties } };
}

/** What JSON.stringify would not survive. @param {number} depth @param {string} where */
export async function nested(depth, where) {
  const value = `${'['.repeat(depth)}${']'.repeat(depth)}`;
  const line = (/** @type {object} */ content) =>
    process.stdout.write(`${JSON.stringify(content).replace('"NESTED"', value)}\n`);
  const tool = { sessionUpdate: 'tool_call', toolCallId: 'nested', title: 'Nested', rawInput: 'NESTED' };
  switch (where) {
    case 'tool':
      return void line(notification(tool));
    case 'unknown':
      return void line(notification({ sessionUpdate: 'hologram_update', hologram: 'NESTED' }));
    case 'notification':
      return void line({ jsonrpc: '2.0', method: '_vendor/anything', params: 'NESTED' });
    case 'update':
      return void line(notification({ sessionUpdate: 'plan', entries: 'NESTED' }));
    default: {
      const request =
        where === 'form'
          ? { method: 'elicitation/create', params: { ...form(1, 1, 1), _meta: 'NESTED', requestedSchema: 'NESTED' } }
          : {
              method: 'session/request_permission',
              params: { ...permission('deep'), toolCall: { ...tool, toolCallId: 'deep' } },
            };
      const id = nextId++;
      line({ jsonrpc: '2.0', id, ...request });
      return update(message(outcomeOf(await answered(id))));
    }
  }
}
