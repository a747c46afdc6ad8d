import type { RawData, WebSocket } from 'ws';
import type { z } from 'zod';
import type { Clock } from '../../src-shared/clock.ts';
import { RELAY_FIRST_MESSAGE_BYTES, RELAY_FIRST_MESSAGE_MS } from '../../src-shared/limits.ts';
import { RELAY_VERSION, RelayClose } from '../../src-shared/relay/envelopes.ts';
import { parseEnvelope } from '../../src-shared/relay/parse-envelope.ts';

/**
 * Waits for the one text message that every client and data socket begins with, and hands it on in the same turn, because
 * binary frames may follow in the same read. Anything else, and nothing in time, closes the socket.
 */
export function onFirstMessage<Schema extends z.ZodType>(
  ws: WebSocket,
  schema: Schema,
  clock: Clock,
  accept: (message: z.output<Schema>) => void,
): void {
  const cancel = clock.after(RELAY_FIRST_MESSAGE_MS, () => ws.close(RelayClose.timeout));
  ws.once('close', cancel);
  ws.once('message', (data: RawData, isBinary: boolean) => {
    cancel();
    ws.off('close', cancel);
    if (isBinary || !Buffer.isBuffer(data) || data.length > RELAY_FIRST_MESSAGE_BYTES) {
      ws.close(RelayClose.badRequest);
      return;
    }
    const envelope = parseEnvelope(schema, data.toString());
    if (envelope.ok) accept(envelope.message);
    else if (envelope.problem === 'version') ws.close(RelayClose.version, String(RELAY_VERSION));
    else ws.close(RelayClose.badRequest);
  });
}
