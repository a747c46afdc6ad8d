import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocketServer } from 'ws';

/** The least that brings an agent's output to a client: its pipe, and every line of it as one WebSocket message. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.once('connection', (ws) => {
  const agent = spawn(process.execPath, [fileURLToPath(new URL('./stamping-agent.js', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  createInterface({ input: agent.stdout }).on('line', (line) => ws.send(line));
  ws.on('message', (data: Buffer) => agent.stdin.write(`${data.toString()}\n`));
  // The agent ends with its standard input.
  ws.once('close', () => agent.stdin.end());
});
await once(server, 'listening');
process.once('disconnect', () => process.exit());
process.send?.(`127.0.0.1:${(server.address() as AddressInfo).port}`);
