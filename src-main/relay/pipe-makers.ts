import { createHash, randomBytes } from 'node:crypto';
import { fromBase64url, toBase32, toHex } from '../../src-shared/bytes.ts';
import type { Clock } from '../../src-shared/clock.ts';
import { RELAY_REFUSAL_DELAY_MS } from '../../src-shared/limits.ts';
import { ClientJoin, DataOpen, RelayClose } from '../../src-shared/relay/envelopes.ts';
import type { BufferBudget } from './buffer-budget.ts';
import { onFirstMessage } from './first-message.ts';
import { Pipe } from './pipe.ts';
import type { RelaySocket } from './relay-socket.ts';
import type { SessionDirectory } from './session-directory.ts';
import type { TicketBook } from './ticket-book.ts';

interface PipeMakersOptions {
  readonly directory: SessionDirectory;
  readonly tickets: TicketBook;
  readonly budget: BufferBudget;
  readonly clock: Clock;
}

/** A socket on `/v1/client`: shows session id and join token, is announced to the daemon, and waits. */
export function acceptClient(client: RelaySocket, options: PipeMakersOptions): void {
  const { directory, tickets, budget, clock } = options;
  onFirstMessage(client.ws, ClientJoin, clock, (join) => {
    const hash = createHash('sha256').update(fromBase64url(join.token)).digest();
    const session = directory.find(join.sessionId, hash);
    if (!session) {
      refuse(client, clock);
      return;
    }
    const tokenHash = toHex(hash);
    if (!session.makeRoom(tokenHash, client.source)) {
      client.ws.close(RelayClose.tooMany);
      return;
    }
    client.proven();
    const pipe = new Pipe({
      id: toBase32(randomBytes(10)),
      sessionId: join.sessionId,
      tokenHash,
      client,
      budget,
      clock,
      onEnd: (ended) => {
        tickets.forget(ended);
        directory.remove(ended);
      },
    });
    directory.add(session, pipe);
    session.owner?.announce(pipe, tickets.issue(pipe));
  });
}

/** A socket on `/v1/data`: the daemon's end of a pipe, named by its ticket. */
export function acceptData(data: RelaySocket, { tickets, clock }: PipeMakersOptions): void {
  onFirstMessage(data.ws, DataOpen, clock, (open) => {
    const pipe = tickets.redeem(open.ticket);
    if (!pipe) {
      refuse(data, clock);
      return;
    }
    data.proven();
    pipe.join(data);
  });
}

/** The same answer after the same time, whatever was wrong. */
function refuse(socket: RelaySocket, clock: Clock): void {
  socket.ws.pause();
  const cancel = clock.after(RELAY_REFUSAL_DELAY_MS, () => {
    socket.ws.resume();
    socket.ws.close(RelayClose.notAvailable);
  });
  socket.ws.once('close', cancel);
}
