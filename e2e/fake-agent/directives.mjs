// What the lines of a prompt make the fake agent do; fake-agent.mjs lists them.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { methods, RequestError } from '@agentclientprotocol/sdk';
import { performFeature } from './features.mjs';
import { Stop, update } from './session.mjs';

/** @typedef {import('@agentclientprotocol/sdk').AgentContext} AgentContext */
/** @typedef {import('./session.mjs').Session} Session */

let toolCalls = 0;

/** @param {AgentContext} client @param {Session} session @param {string} line */
export async function perform(client, session, line) {
  const [directive, ...words] = line.split(' ');
  const rest = words.join(' ');
  if (await performFeature(client, session, directive ?? '', words)) return undefined;
  switch (directive) {
    case 'say':
      return say(client, session, rest);
    case 'think':
      return update(client, session, { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: rest } });
    case 'stream':
      for (let i = 1; i <= Number(words[0]); i++) {
        await wait(session, Number(words[1] ?? 0));
        await say(client, session, `word${i} `);
      }
      return;
    case 'tool': {
      const toolCallId = await tool(client, session, rest, 'read');
      const content = [{ type: 'content', content: { type: 'text', text: `did ${rest}` } }];
      return update(client, session, { sessionUpdate: 'tool_call_update', toolCallId, status: 'completed', content });
    }
    case 'update-only':
      toolCalls++;
      return update(client, session, {
        sessionUpdate: 'tool_call_update',
        toolCallId: `call-${toolCalls}`,
        title: rest,
      });
    case 'ask': {
      const kind = await ask(client, session, await tool(client, session, rest, 'execute'), rest);
      return say(client, session, `chosen: ${kind}`);
    }
    case 'write':
      return write(client, session, words[0] ?? '', words.slice(1).join(' '));
    case 'plan': {
      const entries = rest.split('; ').map((content) => ({ content, status: 'pending', priority: 'medium' }));
      return update(client, session, { sessionUpdate: 'plan', entries });
    }
    case 'mode':
      return update(client, session, { sessionUpdate: 'current_mode_update', currentModeId: rest });
    case 'unknown':
      return update(client, session, { sessionUpdate: 'hologram_update', hologram: { colour: 'blue' } });
    case 'image': {
      const content = { type: 'image', data: 'aGk=', mimeType: 'image/png' };
      return update(client, session, { sessionUpdate: 'agent_message_chunk', content });
    }
    case 'orphan':
      return say(client, session, `orphan ${orphan()}`);
    case 'env':
      return say(client, session, `${rest}=${process.env[rest] ?? '(not set)'}`);
    case 'fds':
      return say(client, session, openDescriptors());
    case 'recall':
      return say(client, session, session.prompts.slice(0, -1).join(' | ') || 'nothing');
    case 'close':
      return withdraw(client, session);
    default:
      return misbehave(client, session, line, directive ?? '', rest);
  }
}

/** @param {AgentContext} client @param {Session} session @param {string} line @param {string} directive @param {string} rest */
async function misbehave(client, session, line, directive, rest) {
  switch (directive) {
    case 'fail':
      throw RequestError.internalError({ details: rest });
    case 'login':
      throw RequestError.authRequired();
    case 'refuse':
      throw new Stop('refusal');
    case 'crash':
      process.stderr.write('\u001b[31mfake agent crashed\u001b[0m\n');
      return process.exit(Number(rest) || 1);
    case 'hang':
      return wait(session, 2 ** 30);
    case 'deaf':
      process.on('SIGTERM', () => {});
      return forever();
    case 'garbage':
      process.stdout.write(
        'a log line\n[1,2]\n{"jsonrpc":"1.0"}\n\n"text"\n{"jsonrpc":"2.0","method":"_odd/notice"}\n',
      );
      return;
    case 'endless':
      process.stdout.write('x'.repeat(11 * 1024 * 1024));
      return wait(session, 2 ** 30);
    default:
      return line === '' ? undefined : say(client, session, `You said: ${line}`);
  }
}

/** @param {AgentContext} client @param {Session} session @param {string} text */
async function say(client, session, text) {
  await update(client, session, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
}

/** @param {AgentContext} client @param {Session} session @param {string} title @param {'read' | 'edit' | 'execute'} kind */
async function tool(client, session, title, kind) {
  const toolCallId = `call-${++toolCalls}`;
  const fields = { toolCallId, title, kind, status: 'pending', rawInput: { title } };
  await update(client, session, { sessionUpdate: 'tool_call', ...fields });
  return toolCallId;
}

/** The kind of the option that was chosen, or `cancelled`.
 * @param {AgentContext} client @param {Session} session @param {string} toolCallId @param {string} title */
async function ask(client, session, toolCallId, title) {
  /** @type {import('@agentclientprotocol/sdk').PermissionOption[]} */
  const choices = [
    { optionId: 'yes', name: 'Allow once', kind: 'allow_once' },
    { optionId: 'always', name: 'Always allow', kind: 'allow_always' },
    { optionId: 'no', name: 'Reject', kind: 'reject_once' },
  ];
  const { outcome } = await client.request(methods.client.session.requestPermission, {
    sessionId: session.id,
    toolCall: { toolCallId, title },
    options: choices,
  });
  if (session.cancelled.signal.aborted) throw new Stop('cancelled');
  return outcome.outcome === 'selected'
    ? choices.find(({ optionId }) => optionId === outcome.optionId)?.kind
    : outcome.outcome;
}

/** @param {AgentContext} client @param {Session} session @param {string} name @param {string} text */
async function write(client, session, name, text) {
  const target = path.resolve(session.cwd, name);
  const oldText = existsSync(target) ? readFileSync(target, 'utf8') : null;
  const content = [{ type: 'diff', path: target, oldText, newText: text }];
  const toolCallId = await tool(client, session, `Write ${name}`, 'edit');
  await update(client, session, { sessionUpdate: 'tool_call_update', toolCallId, content });
  const kind = await ask(client, session, toolCallId, `Write ${name}`);
  const allowed = kind?.startsWith('allow') ?? false;
  if (allowed) writeFileSync(target, text);
  const status = allowed ? 'completed' : 'failed';
  await update(client, session, { sessionUpdate: 'tool_call_update', toolCallId, status });
  await say(client, session, allowed ? `Wrote ${name}.` : `Did not write ${name}.`);
}

/** @param {AgentContext} client @param {Session} session */
async function withdraw(client, session) {
  const cancel = new AbortController();
  const toolCall = { toolCallId: await tool(client, session, 'Withdrawn', 'execute') };
  /** @type {import('@agentclientprotocol/sdk').PermissionOption[]} */
  const choices = [{ optionId: 'yes', name: 'Allow', kind: 'allow_once' }];
  const params = { sessionId: session.id, toolCall, options: choices };
  const answer = client.request(methods.client.session.requestPermission, params, {
    cancellationSignal: cancel.signal,
  });
  cancel.abort();
  const { outcome } = /** @type {import('@agentclientprotocol/sdk').RequestPermissionResponse} */ (await answer);
  await say(client, session, outcome.outcome);
}

/** Rejects when the turn is cancelled. @param {Session} session @param {number} ms @returns {Promise<void>} */
function wait({ cancelled: { signal } }, ms) {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new Stop('cancelled'));
    if (signal.aborted) return stop();
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', () => (clearTimeout(timer), stop()), { once: true });
  });
}

/** @returns {Promise<void>} */
function forever() {
  return new Promise(() => setInterval(() => {}, 1000));
}

function orphan() {
  const child = spawn(process.execPath, ['-e', 'process.on("SIGTERM",()=>{});setInterval(()=>{},1000)'], {
    stdio: 'ignore',
  });
  child.unref();
  return child.pid;
}

/** Linux: what each descriptor above the standard ones leads to; those that the runtime opened itself are left out. */
function openDescriptors() {
  const own = /^(anon_inode:|\/dev\/(null|random|urandom)|\/proc\/)/;
  return readdirSync('/proc/self/fd')
    .filter((fd) => Number(fd) > 2)
    .flatMap((fd) => {
      try {
        return [readlinkSync(`/proc/self/fd/${fd}`)];
      } catch {
        return [];
      }
    })
    .filter((target) => !own.test(target))
    .join(' ');
}
