// An agent that breaks the rules of ACP and JSON-RPC on request, written without a protocol library, since that would not let it.
// Lines of a prompt, one oddity each, then `said` as a message and the turn's end:
//
//   error CODE TEXT    the turn's answer is an error       wrong-id          first an answer to a question nobody asked
//   twice              the turn is answered twice          text-id           the turn is answered under its id as text
//   empty-answer       the answer says nothing             reason WORD       ends for a reason that ACP does not know
//   call METHOD        makes a request, says the error     bad-permission    a permission request without options
//   same-id            two requests under one id           late-ask          when cancelled, asks once more
//   deaf               neither works nor can be cancelled  late              goes on after the turn's end
//   noise              lines that are no JSON-RPC          bytes             a message that is no valid UTF-8
//   crlf               lines that end as on Windows        drip              a message that comes byte by byte
//   nested N WHERE     something nested that deeply        form F C LENGTH   asks with F fields of C choices each
//   flood N            N permission requests at once
//   long BYTES         a line of exactly that length       deep              a line nested very deeply
//   strange            updates of unknown kinds            lost-tool         an update of a tool that nobody called
//   double-tool        two tools with one id               plan STEPS        a plan with that many steps
//   batch              updates in a JSON-RPC batch         bare-update       updates that say nothing
//   stderr BYTES       writes to standard error            half-line         dies in the middle of a line
//   exit CODE          ends                                kill SIGNAL       ends by a signal
//
// Options for its start: --exit CODE, --silent (initialize is never answered), --slow MS, --version-99, --refuse CODE,
// --no-session, --die-after-session, --noise.
import process from 'node:process';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  answer,
  call,
  form,
  message,
  nested,
  notification,
  outcomeOf,
  permission,
  send,
  session,
  settle,
  update,
} from './odd-wire.mjs';

const { values: options } = parseArgs({
  options: {
    exit: { type: 'string' },
    silent: { type: 'boolean' },
    slow: { type: 'string' },
    'version-99': { type: 'boolean' },
    refuse: { type: 'string' },
    'no-session': { type: 'boolean' },
    'die-after-session': { type: 'boolean' },
    noise: { type: 'boolean' },
  },
});

let onCancel = () => {};
let cancelled = false;
const NOISE =
  'a log line\n[1,2]\n{"jsonrpc":"1.0","id":1,"result":{}}\n\n   \n"text"\nnull\n{"half":\n{"jsonrpc":"2.0"}\n';

/** Returns true when the turn's end is no longer ours to send. @param {string} line @param {unknown} id */
async function act(line, id) {
  const [what, ...words] = line.split(' ');
  const rest = words.join(' ');
  switch (what) {
    case 'error':
      send({
        jsonrpc: '2.0',
        id,
        error: { code: /** @type {unknown} */ (JSON.parse(words[0] ?? '0')), message: words.slice(1).join(' ') },
      });
      return true;
    case 'wrong-id':
      answer(987654, { stopReason: 'refusal' });
      return send({ jsonrpc: '2.0', id: 'what', error: { code: 1, message: 'nobody asked' } });
    case 'twice':
      answer(id, { stopReason: 'end_turn' });
      answer(id, { stopReason: 'refusal' });
      return true;
    case 'text-id':
      answer(String(id), { stopReason: 'refusal' });
      return;
    case 'empty-answer':
      send({ jsonrpc: '2.0', id });
      return true;
    case 'reason':
      answer(id, { stopReason: rest });
      return true;
    case 'call': {
      const { error } = await call(rest, { sessionId: session, path: '/etc/passwd', command: 'touch', content: 'x' });
      return update(message(`refused with ${error?.code}`));
    }
    case 'bad-permission': {
      const { error } = await call('session/request_permission', { ...permission('bad'), options: [] });
      return update(message(`refused with ${error?.code}`));
    }
    case 'nested':
      return nested(Number(words[0]), words[1] ?? '');
    case 'form': {
      const asked = form(Number(words[0]), Number(words[1]), Number(words[2]));
      return update(message(outcomeOf(await call('elicitation/create', asked))));
    }
    case 'flood': {
      let answered = 0;
      const asked = Array.from({ length: Number(rest) }, (_, i) =>
        call('session/request_permission', permission(`${i}`)),
      );
      for (const one of asked) void one.then(() => answered++);
      await delay(1000);
      update(message(`${answered} answered so far`));
      await Promise.all(asked);
      answer(id, { stopReason: cancelled ? 'cancelled' : 'end_turn' });
      return true;
    }
    case 'same-id': {
      const first = call('session/request_permission', permission('first'), 77);
      const second = call('session/request_permission', permission('second'), 77);
      const { result } = await Promise.race([first, second]);
      return update(message(`answered ${result?.outcome?.outcome}`));
    }
    case 'late-ask':
      update(message('waiting'));
      await new Promise((resolve) => (onCancel = () => resolve(undefined)));
      await call('session/request_permission', permission('late'));
      answer(id, { stopReason: 'cancelled' });
      return true;
    case 'deaf':
      update(message('deaf'));
      process.on('SIGTERM', () => {});
      return true;
    case 'late':
      answer(id, { stopReason: 'end_turn' });
      await delay(50);
      update({ sessionUpdate: 'tool_call', toolCallId: 'late', title: 'Late tool', kind: 'read', status: 'completed' });
      update(message('afterthought'));
      return true;
    default:
      return odd(what ?? '', rest);
  }
}

/** @param {string} what @param {string} rest */
async function odd(what, rest) {
  switch (what) {
    case 'noise':
      process.stdout.write(NOISE);
      process.stdout.write(Buffer.from([0xff, 0xfe, 0x00, 0x80, 0x0a]));
      return;
    case 'bytes': {
      const [before, after] = JSON.stringify(notification(message('caf#'))).split('#');
      return void process.stdout.write(
        Buffer.concat([Buffer.from(before ?? ''), Buffer.from([0xe9]), Buffer.from(`${after}\n`)]),
      );
    }
    case 'crlf':
      return send(notification(message('carriage')), '\r\n');
    case 'drip':
      for (const byte of Buffer.from(`${JSON.stringify(notification(message('dröp 🙂')))}\n`)) {
        await new Promise((resolve) => process.stdout.write(Buffer.from([byte]), resolve));
      }
      return;
    case 'long': {
      const empty = JSON.stringify(notification(message(''))).length;
      return update(message('x'.repeat(Number(rest) - empty)));
    }
    case 'deep':
      return void process.stdout.write(
        `{"jsonrpc":"2.0","method":"session/update","params":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
      );
    case 'strange':
      update({ sessionUpdate: 'hologram_update', hologram: { colour: 'blue' } });
      update({ sessionUpdate: 'agent_message_chunk', content: { type: 'smell', smell: 'roses' } });
      return update({ sessionUpdate: 42, value: 'numbers' });
    case 'lost-tool':
      return update({ sessionUpdate: 'tool_call_update', toolCallId: 'lost', title: 'Lost', status: 'completed' });
    case 'double-tool':
      for (const title of ['First', 'Second'])
        update({ sessionUpdate: 'tool_call', toolCallId: 'same', title, kind: 'edit', status: 'in_progress' });
      return update({ sessionUpdate: 'tool_call_update', toolCallId: 'same', status: 'completed' });
    case 'plan': {
      const step = (/** @type {number} */ i) => ({ content: `step ${i}`, status: 'pending', priority: 'medium' });
      return update({ sessionUpdate: 'plan', entries: Array.from({ length: Number(rest) }, (_, i) => step(i)) });
    }
    case 'batch':
      return send([notification(message('in a batch')), notification(message('again'))]);
    case 'bare-update':
      send({ jsonrpc: '2.0', method: 'session/update' });
      send({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session } });
      send({ jsonrpc: '2.0', method: 'session/update', params: { sessionId: session, update: null } });
      return update({ sessionUpdate: 'agent_message_chunk' });
    case 'stderr':
      return void (await new Promise((resolve) => process.stderr.write('e'.repeat(Number(rest)), resolve)));
    case 'half-line':
      process.stdout.write('{"jsonrpc":"2.0","met', () => process.exit(0));
      return delay(10_000);
    case 'exit':
      process.stderr.write('the odd agent was told to end\n');
      return process.exit(Number(rest));
    case 'kill':
      process.kill(process.pid, rest);
      return delay(10_000);
    default:
      return update(message(`You said: ${what} ${rest}`.trim()));
  }
}

/** @param {import('./odd-wire.mjs').Message} received */
async function prompted({ id, params }) {
  cancelled = false;
  const text = params?.prompt?.map((block) => block.text ?? '').join('') ?? '';
  for (const line of text.split('\n')) if ((await act(line.trim(), id)) === true) return;
  update(message(' said'));
  answer(id, { stopReason: cancelled ? 'cancelled' : 'end_turn' });
}

/** @param {import('./odd-wire.mjs').Message} received */
async function handle(received) {
  const { id, method } = received;
  if (method === undefined) return settle(received);
  switch (method) {
    case 'initialize':
      if (options.exit !== undefined) return process.exit(Number(options.exit));
      if (options.silent) return;
      if (options.refuse)
        return send({ jsonrpc: '2.0', id, error: { code: Number(options.refuse), message: 'not today' } });
      await delay(Number(options.slow ?? 0));
      return answer(id, { protocolVersion: options['version-99'] ? 99 : 1, agentCapabilities: {} });
    case 'session/new':
      if (options['no-session']) return answer(id, {});
      answer(id, { sessionId: session });
      if (options['die-after-session']) process.exit(3);
      return;
    case 'session/cancel':
      cancelled = true;
      return onCancel();
    case 'session/prompt':
      return prompted(received);
    default:
      if (id !== undefined) send({ jsonrpc: '2.0', id, error: { code: -32601, message: 'unknown' } });
  }
}

if (options.noise) process.stdout.write(NOISE);
createInterface({ input: process.stdin })
  .on('line', (line) => void handle(/** @type {import('./odd-wire.mjs').Message} */ (JSON.parse(line))))
  .on('close', () => process.exit(0));
