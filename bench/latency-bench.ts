import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { Unwind } from '../src-main/daemon/unwind.ts';
import { nothingElse, TestClient } from '../e2e/support/test-client.ts';
import { until } from '../e2e/support/until.ts';
import { makeFigure } from './figure.ts';
import type { Report } from './figure.ts';
import { makeHome, pairingLink, startDaemon, startRelay, withFolder } from './paseo-programs.ts';
import { PeerProcess } from './peer-process.ts';
import { percentile } from './sampling.ts';
import { StampReader } from './stamp-reader.ts';

const ROUNDS = 5;
const STAMPS = 250;
/** A quick model's pace. */
const PAUSE_MS = 5;
const PROMPT = `${STAMPS} ${PAUSE_MS}`;
const NOTE =
  'from the agent’s write to the client’s view, daemon and client in processes of their own on loopback; ' +
  'baseline: the same agent, its pipe and one bare WebSocket';
/** Added milliseconds at each percentile. */
const AIMS = { 50: 3, 99: 15 } as const;

type Way = 'bare' | 'direct' | 'relay';

/** Runs one turn of the agent and gives back the milliseconds that each of its stamps took. */
type Turn = () => Promise<number[]>;

/** Agent output to client latency, direct and through a relay process, against a bare pipe and socket that take turns with them. */
export async function latencyBench(report: Report): Promise<void> {
  const times = await withFolder(measure);
  for (const way of ['direct', 'relay'] as const)
    for (const percent of [50, 99] as const) {
      const measured = { value: percentile(times[way], percent), baseline: percentile(times.bare, percent) };
      const aim = { of: 'excess', atMost: AIMS[percent] } as const;
      report(makeFigure(`latency.${way}.p${percent}`, 'ms', measured, NOTE, aim));
    }
}

async function measure(folder: string): Promise<Record<Way, number[]>> {
  const stops = new Unwind();
  try {
    const turns: Record<Way, Turn> = { bare: await bareTurns(stops), ...(await paseoTurns(folder, stops)) };
    const times: Record<Way, number[]> = { bare: [], direct: [], relay: [] };
    for (const turn of Object.values(turns)) await turn();
    for (let round = 0; round < ROUNDS; round++)
      for (const way of ['bare', 'direct', 'relay'] as const) times[way].push(...(await turns[way]()));
    return times;
  } finally {
    await stops.run();
  }
}

async function bareTurns(stops: Unwind): Promise<Turn> {
  const peer = await PeerProcess.start('./pipe-peer.js');
  stops.add(() => peer.stop());
  const ws = new WebSocket(`ws://${peer.address}`, { perMessageDeflate: false });
  stops.add(() => ws.terminate());
  await once(ws, 'open');
  const prompt = {
    jsonrpc: '2.0',
    id: 1,
    method: 'session/prompt',
    params: { prompt: [{ type: 'text', text: PROMPT }] },
  };
  const reader = new StampReader();
  let done = (): void => undefined;
  ws.on('message', (data: Buffer) => {
    const line = data.toString();
    reader.read(line);
    if (line.includes('stopReason')) done();
  });
  return async () => {
    const ended = new Promise<void>((resolve) => (done = resolve));
    ws.send(JSON.stringify(prompt));
    await ended;
    return reader.take(STAMPS);
  };
}

async function paseoTurns(folder: string, stops: Unwind): Promise<Record<'direct' | 'relay', Turn>> {
  const relay = await startRelay();
  stops.add(() => relay.process.stop());
  const agent = { command: process.execPath, args: [fileURLToPath(new URL('./stamping-agent.js', import.meta.url))] };
  const home = await makeHome(folder, {
    daemon: { listen: '127.0.0.1:0', relay: { endpoint: relay.endpoint, useTls: false } },
    agents: { providers: { stamps: agent } },
  });
  const daemon = await startDaemon(home);
  stops.add(() => daemon.stop());
  const turns = async (only: 'direct' | 'relay'): Promise<Turn> => {
    const phone = await TestClient.pair(await pairingLink(home), { only });
    stops.add(() => phone.stop());
    return clientTurns(phone, folder);
  };
  return { direct: await turns('direct'), relay: await turns('relay') };
}

/** Turns of an agent of its own, read off the view that a person would see. */
async function clientTurns({ client }: TestClient, cwd: string): Promise<Turn> {
  await until(client.state, ({ state }) => state === 'connected');
  const { agentId } = await client.command('agent.create', { provider: 'stamps', cwd, prompt: null, ...nothingElse });
  const { view } = client.follow(agentId);
  const reader = new StampReader();
  const lengths = new Map<number, number>();
  view.subscribe(({ entries }) => {
    for (const { seq, body } of entries.slice(-3)) {
      if (body.kind !== 'message') continue;
      reader.read(body.text.slice(lengths.get(seq) ?? 0));
      lengths.set(seq, body.text.length);
    }
  });
  let turnEnd = 0;
  return async () => {
    await client.command('agent.prompt', { agentId, text: PROMPT, ...nothingElse });
    const { entries } = await until(view, (now) => {
      const last = now.entries.at(-1);
      return last?.body.kind === 'turn-end' && last.seq > turnEnd;
    });
    turnEnd = entries.at(-1)?.seq ?? 0;
    return reader.take(STAMPS);
  };
}
