// A small agent that speaks ACP over its standard input and output and does what the prompt says, one directive a line:
//
//   say TEXT             a message                        think TEXT          a thought
//   stream N MS          N words, MS milliseconds apart   tool TITLE          a tool call that completes
//   ask TITLE            asks, says the kind chosen       write PATH TEXT     asks, then writes a file
//   update-only TITLE    a tool update without a call     plan A; B           a plan
//   mode NAME            a change of mode                 unknown             an update that no client knows
//   image                a message that is no text        orphan              starts a process that outlives it
//   env NAME             says a variable of its own       recall              says the earlier prompts it remembers
//   fail TEXT            the turn fails                   login               the turn fails for want of a login
//   refuse               the turn ends as a refusal       crash CODE          ends at once
//   hang                 waits to be cancelled            deaf                waits and ignores being cancelled
//   garbage              lines that are no JSON-RPC       endless             a line without an end
//   fds                  says its open descriptors        close               withdraws a request it made
//   form TEXT            asks a question with a form      page URL            asks to open a page
//   picture              an image                         link URI NAME       a link
//   terminal A|B         a command with output lines      usage USED SIZE     how full the context is
//   title TEXT           a title for the session          blocks              says what the prompt carried
//   choose ID VALUE      changes an option by itself      chosen              says all options
//
// Anything else is answered with "You said: …". Options: --memory FOLDER remembers sessions there (a file `mute` in
// it: options are never answered); --no-load cannot continue
// one; --resume continues without replay; --rich has options, commands, images and a list of its sessions; --start-fail, --start-hang, --start-login, --version.
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { Readable, Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { agent, methods, ndJsonStream, PROTOCOL_VERSION, RequestError } from '@agentclientprotocol/sdk';
import { perform } from './directives.mjs';
import { listedSessions, richOptions, sendCommands } from './features.mjs';
import { Stop, update } from './session.mjs';

const { values: options } = parseArgs({
  options: {
    memory: { type: 'string' },
    resume: { type: 'boolean' },
    'no-load': { type: 'boolean' },
    rich: { type: 'boolean' },
    'start-fail': { type: 'boolean' },
    'start-hang': { type: 'boolean' },
    'start-login': { type: 'boolean' },
    version: { type: 'boolean' },
  },
});
if (options.version) {
  process.stdout.write('fake-agent 1.2.3\n');
  process.exit(0);
}
if (options['start-fail']) {
  process.stderr.write('the fake agent was told not to start\n');
  process.exit(7);
}

/** @typedef {import('./session.mjs').Session} Session */
/** @type {Map<string, Session>} */
const sessions = new Map();

void agent({ name: 'fake-agent' })
  .onRequest(methods.agent.initialize, () => ({
    protocolVersion: PROTOCOL_VERSION,
    agentInfo: { name: 'fake-agent', version: '1.2.3' },
    agentCapabilities: {
      loadSession: !options['no-load'],
      sessionCapabilities: { ...(options.resume && { resume: {} }), ...(options.rich && { list: {} }) },
      ...(options.rich && { promptCapabilities: { image: true, embeddedContext: true } }),
    },
  }))
  .onRequest(methods.agent.session.new, async ({ params, client }) => {
    if (options['start-hang']) await new Promise(() => {});
    if (options['start-login']) throw RequestError.authRequired();
    const id = `fake-${process.pid}-${sessions.size + 1}`;
    const session = newSession(id, params.cwd, []);
    if (options.rich) setImmediate(() => void sendCommands(client, session));
    return { sessionId: id, ...offered(session) };
  })
  .onRequest(methods.agent.session.load, async ({ params, client }) => {
    const session = recallSession(params.sessionId, params.cwd);
    for (const text of session.prompts) {
      await update(client, session, { sessionUpdate: 'user_message_chunk', content: { type: 'text', text } });
    }
    return offered(session);
  })
  .onRequest(methods.agent.session.resume, ({ params }) => offered(recallSession(params.sessionId, params.cwd)))
  .onRequest(methods.agent.session.list, ({ params }) => ({
    sessions: options.memory === undefined ? [] : listedSessions(options.memory, params.cwd),
  }))
  .onRequest(methods.agent.session.setConfigOption, async ({ params }) => {
    if (existsSync(path.join(options.memory ?? '/nonexistent', 'mute'))) await new Promise(() => {});
    const session = sessions.get(params.sessionId);
    const option = session?.options.find(({ id }) => id === params.configId);
    if (session === undefined || option === undefined) throw RequestError.invalidParams();
    option.currentValue = params.value;
    return offered(session);
  })
  .onNotification(methods.agent.session.cancel, ({ params }) => sessions.get(params.sessionId)?.cancelled.abort())
  .onRequest(methods.agent.session.prompt, async ({ params, client }) => {
    const session = sessions.get(params.sessionId);
    if (session === undefined) throw RequestError.sessionNotFound(params.sessionId);
    session.cancelled = new AbortController();
    session.blocks = params.prompt;
    const text = params.prompt.map((block) => (block.type === 'text' ? block.text : '')).join('');
    remember(session, text);
    try {
      for (const line of text.split('\n')) await perform(client, session, line.trim());
      return { stopReason: 'end_turn' };
    } catch (error) {
      if (error instanceof Stop) return { stopReason: error.reason };
      throw error;
    }
  })
  .connect(
    ndJsonStream(
      /** @type {WritableStream<Uint8Array>} */ (Writable.toWeb(process.stdout)),
      /** @type {ReadableStream<Uint8Array>} */ (Readable.toWeb(process.stdin)),
    ),
  )
  .closed.then(() => process.exit(0));

/** @param {Session} session @param {string} text */
function remember(session, text) {
  session.prompts.push(text);
  if (options.memory === undefined) return;
  mkdirSync(options.memory, { recursive: true });
  appendFileSync(path.join(options.memory, `${session.id}.jsonl`), `${JSON.stringify(text)}\n`);
  writeFileSync(path.join(options.memory, `${session.id}.cwd`), session.cwd);
}

/** @param {string} id @param {string} cwd */
function recallSession(id, cwd) {
  const file = path.join(options.memory ?? '/nonexistent', `${id}.jsonl`);
  if (!existsSync(file)) throw RequestError.sessionNotFound(id);
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  return newSession(
    id,
    cwd,
    lines.map((line) => String(JSON.parse(line))),
  );
}

/** @param {string} id @param {string} cwd @param {string[]} prompts */
function newSession(id, cwd, prompts) {
  /** @type {Session} */
  const session = {
    id,
    cwd,
    prompts,
    cancelled: new AbortController(),
    options: options.rich ? richOptions() : [],
    blocks: [],
  };
  sessions.set(id, session);
  return session;
}

/** What the answer that opens a session says of its options. @param {Session} session */
function offered(session) {
  const configOptions = /** @type {import('@agentclientprotocol/sdk').SessionConfigOption[]} */ (
    /** @type {unknown} */ (session.options)
  );
  return options.rich ? { configOptions } : { configOptions: [] };
}
