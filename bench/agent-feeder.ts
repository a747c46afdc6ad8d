import { execFile } from 'node:child_process';
import { constants, openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { z } from 'zod';

/**
 * What speaks for many agents at once, so that the agents' own work does not fill the machine that is to be measured. Arguments: a
 * folder and a number. It makes that many working folders in it, `0`, `1` and so on, each with two pipes that an agent's program
 * just passes on (see AGENT_SCRIPT of scale-stage). A prompt `SECONDS RATE PADDING` is answered with so many chunks a second,
 * stamped as those of the stamping agent and longer by so many bytes. A message with a number is answered when so many turns have
 * ended since: with the most that one agent's program had not taken, in bytes, and how late this process itself was.
 */
const TICK_MS = 5;
const SESSION = 'stream';
const Call = z.looseObject({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string(),
  params: z.looseObject({ prompt: z.array(z.looseObject({ text: z.string() })).optional() }).optional(),
});

/** One agent. A turn writes when {@link tick} says so. */
class Agent {
  readonly #out: Socket;
  #turn: {
    readonly id: number | string;
    readonly started: number;
    readonly rate: number;
    readonly count: number;
    readonly padding: string;
  } | null = null;
  #sent = 0;

  constructor(folder: string) {
    const end = (name: string): number => openSync(join(folder, name), constants.O_RDWR | constants.O_NONBLOCK);
    this.#out = new Socket({ fd: end('out'), readable: false, writable: true });
    const input = new Socket({ fd: end('in'), readable: true, writable: false });
    createInterface({ input }).on('line', (line) => this.#answer(Call.parse(JSON.parse(line))));
  }

  /** Bytes that the program has not taken. */
  get waiting(): number {
    return this.#out.writableLength;
  }

  tick(now: number): void {
    if (this.#turn === null) return;
    const { id, started, rate, count, padding } = this.#turn;
    const due = Math.min(count, Math.floor(((now - started) / 1000) * rate));
    for (; this.#sent < due; this.#sent++) {
      const text = `a few words of an answer @${process.hrtime.bigint() / 1000n} ${padding}`;
      const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
      this.#write({ method: 'session/update', params: { sessionId: SESSION, update } });
    }
    if (this.#sent < count) return;
    this.#turn = null;
    this.#write({ id, result: { stopReason: 'end_turn' } });
    turnsEnded++;
  }

  #answer({ id, method, params }: z.infer<typeof Call>): void {
    if (id === undefined) return;
    if (method === 'initialize') return this.#write({ id, result: { protocolVersion: 1, agentCapabilities: {} } });
    if (method === 'session/new') return this.#write({ id, result: { sessionId: SESSION } });
    if (method !== 'session/prompt') return this.#write({ id, error: { code: -32601, message: 'not known here' } });
    const [seconds = 0, rate = 0, padding = 0] = (params?.prompt?.[0]?.text ?? '').split(' ').map(Number);
    this.#turn = { id, started: performance.now(), rate, count: seconds * rate, padding: ' '.repeat(padding) };
    this.#sent = 0;
  }

  #write(message: object): void {
    this.#out.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  }
}

const [, , parent = '', count = '0'] = process.argv;
const folders = Array.from({ length: Number(count) }, (_, i) => join(parent, String(i)));
for (const folder of folders) await mkdir(folder);
await promisify(execFile)('mkfifo', [
  '-m',
  '600',
  ...folders.flatMap((folder) => [join(folder, 'in'), join(folder, 'out')]),
]);
const agents = folders.map((folder) => new Agent(folder));

let turnsEnded = 0;
let maxWaiting = 0;
let maxLateMs = 0;
let asked: number | null = null;
let last = performance.now();
setInterval(() => {
  const now = performance.now();
  for (const agent of agents) {
    agent.tick(now);
    maxWaiting = Math.max(maxWaiting, agent.waiting);
  }
  maxLateMs = Math.max(maxLateMs, now - last - TICK_MS);
  last = now;
  if (asked === null || turnsEnded < asked) return;
  asked = null;
  process.send?.({ maxWaiting, maxLateMs });
}, TICK_MS);

process.on('message', (message) => {
  asked = z.strictObject({ turns: z.int() }).parse(message).turns;
  [turnsEnded, maxWaiting, maxLateMs] = [0, 0, 0];
});
process.once('disconnect', () => process.exit());
process.send?.('ready');
