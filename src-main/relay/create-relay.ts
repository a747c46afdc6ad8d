import type { Clock } from '../../src-shared/clock.ts';
import { systemClock } from '../../src-shared/clock.ts';
import type { Logger } from '../platform/logger.ts';
import { BufferBudget } from './buffer-budget.ts';
import { ControlSocket } from './control-socket.ts';
import { Doorstep } from './doorstep.ts';
import { acceptClient, acceptData } from './pipe-makers.ts';
import { RelayListenError } from './relay-listen-error.ts';
import { isRelayName } from './relay-names.ts';
import { RelayServer } from './relay-server.ts';
import { SessionDirectory } from './session-directory.ts';
import { SourceRate } from './source-rate.ts';
import { TicketBook } from './ticket-book.ts';

export interface RelayOptions {
  /** `host:port` each, IPv6 in brackets; port 0 takes a free one. */
  readonly listen: readonly string[];
  /** Names (`host[:port]`) that daemons dial this relay by. Empty: the addresses it listens on. */
  readonly names: readonly string[];
  /** Reads `X-Forwarded-For`: only behind a proxy that writes it itself. */
  readonly trustForwardedFor?: boolean;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** Joins clients with daemons and knows nothing of what they say. Keeps everything in memory, bounded, and writes no file. */
export interface Relay {
  /** Resolves with the actual addresses. Throws {@link RelayListenError}; nothing is left open then. */
  start(): Promise<{ listen: string[] }>;
  /** Ends every socket. Idempotent. A relay is not started again. */
  stop(): Promise<void>;
}

export function createRelay(options: RelayOptions): Relay {
  const { names, trustForwardedFor = false, logger, clock = systemClock } = options;
  const directory = new SessionDirectory(clock);
  const pipes = { directory, tickets: new TicketBook(), budget: new BufferBudget(), clock };
  const doorstep = new Doorstep();
  const rate = new SourceRate(clock);
  const servers: RelayServer[] = [];
  let stopping: Promise<void> | null = null;

  const newServer = (): RelayServer =>
    new RelayServer({
      doorstep,
      rate,
      trustForwardedFor,
      onSocket: (path, socket, tcp) => {
        switch (path) {
          case 'daemon': {
            const isOurName = (name: string): boolean => isRelayName(name, names, tcp);
            new ControlSocket(socket, { directory, isRelayName: isOurName, logger, clock }).start();
            break;
          }
          case 'client':
            acceptClient(socket, pipes);
            break;
          case 'data':
            acceptData(socket, pipes);
            break;
        }
      },
    });

  const stop = (): Promise<void> => {
    stopping ??= Promise.all(servers.map((server) => server.stop())).then(() => undefined);
    return stopping;
  };

  const start = async (): Promise<{ listen: string[] }> => {
    const addresses = options.listen.map(parseAddress);
    const listen: string[] = [];
    try {
      for (const { host, port } of addresses) {
        const server = newServer();
        servers.push(server);
        listen.push(await server.listen(host, port));
        if (stopping) throw new RelayListenError('listen_failed', 'The relay was stopped while it started.');
      }
    } catch (error) {
      await stop();
      throw error;
    }
    logger.info({ listen }, 'The relay listens');
    return { listen };
  };

  return { start, stop };
}

function parseAddress(address: string): { host: string; port: number } {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:[\]/\s]+)):(\d{1,5})$/.exec(address);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host === undefined || port > 65_535)
    throw new RelayListenError(
      'bad_address',
      `"${address}" is no address to listen on. Write host:port, for example 127.0.0.1:6768 or [::]:6768.`,
    );
  return { host, port };
}
