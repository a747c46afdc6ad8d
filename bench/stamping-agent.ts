import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/**
 * An ACP agent whose words say when they were written: a prompt `COUNT MS` is answered with so many chunks, so many milliseconds
 * apart, each with `@` and the microseconds of the system's monotonic clock, which all processes share.
 */
const Call = z.looseObject({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string(),
  params: z.looseObject({ prompt: z.array(z.looseObject({ text: z.string() })).optional() }).optional(),
});
const SESSION = 'stamps';

for await (const line of createInterface({ input: process.stdin })) void answer(Call.parse(JSON.parse(line)));

async function answer({ id, method, params }: z.infer<typeof Call>): Promise<void> {
  if (id === undefined) return;
  const reply = (result: object): void => write({ id, result });
  if (method === 'initialize') return reply({ protocolVersion: 1, agentCapabilities: {} });
  if (method === 'session/new') return reply({ sessionId: SESSION });
  if (method !== 'session/prompt') return write({ id, error: { code: -32601, message: 'not known here' } });
  const [count = 0, ms = 0] = (params?.prompt?.[0]?.text ?? '').split(' ').map(Number);
  for (let sent = 0; sent < count; sent++) {
    await delay(ms);
    const text = `a few words of an answer @${process.hrtime.bigint() / 1000n} `;
    const update = { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } };
    write({ method: 'session/update', params: { sessionId: SESSION, update } });
  }
  reply({ stopReason: 'end_turn' });
}

function write(message: object): void {
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
}
