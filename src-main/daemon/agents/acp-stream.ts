import type { Readable, Writable } from 'node:stream';
import type { AnyMessage, Stream } from '@agentclientprotocol/sdk';
import { z } from 'zod';
import { MAX_AGENT_LINE_BYTES } from '../limits.ts';
import { AgentFailure } from './agent-failure.ts';

const NEWLINE = 0x0a;
const Message = z.looseObject({ jsonrpc: z.literal('2.0') });
const Call = z.looseObject({ method: z.string(), id: z.union([z.number(), z.string(), z.null()]).optional() });

interface AcpStreamOptions {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** `session/update` notifications, raw and in the order of arrival. */
  readonly onUpdate: (params: unknown) => void;
  /** A line that is no message for us: ignored. */
  readonly onIgnored: (why: 'not_json' | 'not_rpc' | 'unknown_notification') => void;
  /** Awaited after each chunk of output; while it is pending the program is not read. */
  readonly drained: () => Promise<void>;
}

/**
 * Newline-delimited JSON over a program's pipes as the SDK's stream. Session updates take their own way past the SDK, which
 * would refuse and drop the kinds that it does not know, and would not promise their order. Log lines on standard output
 * and other rubbish are ignored. A line above the limit ends the stream with an error.
 */
export function acpStream(options: AcpStreamOptions): Stream {
  const { stdin } = options;
  let open = true;
  const readable = new ReadableStream<AnyMessage>({
    start(controller) {
      // Updates are still wanted when the SDK has stopped reading.
      void readLines(options, (message) => open && controller.enqueue(message)).then(
        () => open && controller.close(),
        (error: unknown) => controller.error(error),
      );
    },
    cancel() {
      open = false;
    },
  });
  const writable = new WritableStream<AnyMessage>({
    write: (message) =>
      new Promise((resolve, reject) => {
        stdin.write(`${JSON.stringify(message)}\n`, (error) => (error ? reject(error) : resolve()));
      }),
  });
  return { readable, writable };
}

async function readLines(options: AcpStreamOptions, deliver: (message: AnyMessage) => void): Promise<void> {
  let rest: Buffer[] = [];
  let length = 0;
  for await (const chunk of options.stdout as AsyncIterable<Buffer>) {
    let from = 0;
    for (let i = chunk.indexOf(NEWLINE); i >= 0; i = chunk.indexOf(NEWLINE, from)) {
      rest.push(chunk.subarray(from, i));
      handleLine(Buffer.concat(rest).toString('utf8'), options, deliver);
      rest = [];
      length = 0;
      from = i + 1;
    }
    rest.push(chunk.subarray(from));
    length += chunk.length - from;
    if (length > MAX_AGENT_LINE_BYTES) {
      throw new AgentFailure('protocol', `it sent a line of more than ${MAX_AGENT_LINE_BYTES / 1024 / 1024} MB`);
    }
    await options.drained();
  }
}

function handleLine(line: string, options: AcpStreamOptions, deliver: (message: AnyMessage) => void): void {
  if (line.trim() === '') return;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return options.onIgnored('not_json');
  }
  if (!Message.safeParse(value).success) return options.onIgnored('not_rpc');
  const call = Call.safeParse(value);
  if (call.success && call.data.id === undefined) {
    if (call.data.method === 'session/update') return options.onUpdate(call.data['params']);
    if (call.data.method !== '$/cancel_request') return options.onIgnored('unknown_notification');
  }
  // Our requests have numbers; the SDK would print any other id of an answer to the terminal as it is.
  else if (!call.success && typeof (value as { id?: unknown }).id !== 'number') return options.onIgnored('not_rpc');
  deliver(value as AnyMessage);
}
