import type { ConnectionSource } from '../../src-shared/client/client-state.ts';
import type { DaemonStore, KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { connectKnownDaemon } from '../../src-shared/client/route-connector.ts';
import type { DeviceRoutes, DirectRoute } from '../../src-shared/routes.ts';
import { createNodeProvider } from '../platform/node-crypto.ts';
import { CliError } from './cli-error.ts';
import type { Target } from './daemon-session.ts';
import { nodeDialer } from './dialer.ts';
import { codeOf } from './failure.ts';

/** A remembered daemon, over all the routes it is known by. */
export function knownTarget(record: KnownDaemon, store: DaemonStore): Target {
  let newest = record;
  return {
    local: false,
    source: connectKnownDaemon({ record: () => newest, provider: createNodeProvider(), dial: nodeDialer() }),
    onRoutes: (routes) => {
      newest = { ...newest, routes };
      return keepRoutes(store, record.id, routes);
    },
  };
}

/**
 * The remembered daemon at one address, over that address alone. Those that are known to be there are tried first; when none is,
 * each one is, since it may have moved: a daemon with another key is told nothing.
 */
export function addressTarget(address: string, records: readonly KnownDaemon[], store: DaemonStore): Target {
  const there = records.filter(({ routes }) => routes.direct.some((route) => sameAddress(route.address, address)));
  const candidates = (there.length > 0 ? there : records).map((record) => ({
    record,
    source: directSource(record, address),
  }));
  let found: (typeof candidates)[number] | null = null;
  return {
    local: false,
    source: async (signal, hello) => {
      const failures: unknown[] = [];
      for (const candidate of found === null ? candidates : [found]) {
        try {
          const connection = await candidate.source(signal, hello);
          found = candidate;
          return connection;
        } catch (error) {
          failures.push(error);
        }
      }
      throw found !== null || there.length === 1 ? failures[0] : whyNone(address, failures);
    },
    onRoutes: async (routes) => {
      if (found !== null) await keepRoutes(store, found.record.id, routes);
    },
  };
}

function directSource(record: KnownDaemon, address: string): ConnectionSource {
  const known = record.routes.direct.find((route) => sameAddress(route.address, address));
  const route: DirectRoute = { address, tls: known?.tls ?? false };
  const only = { ...record, routes: { ...record.routes, relays: [], direct: [route] } };
  return connectKnownDaemon({ record: () => only, provider: createNodeProvider(), dial: nodeDialer() });
}

function whyNone(address: string, failures: readonly unknown[]): CliError {
  const codes = failures.map((error) => codeOf(error) ?? 'unreachable');
  if (codes.length > 0 && codes.every((code) => code === 'unreachable'))
    return new CliError('unreachable', `Nothing answers at ${address}. Check that the daemon runs and listens there.`);
  return new CliError(
    'not_paired',
    `This computer is not paired with the daemon at ${address}. Run "paseo daemon pair" over there, then give its link to ` +
      '"paseo ls --host -" here, on standard input.',
  );
}

function sameAddress(a: string, b: string): boolean {
  const plain = (address: string): string => address.replace(/^(localhost|\[::1\]):/, '127.0.0.1:');
  return plain(a) === plain(b);
}

/** Other commands may run at the same time: older routes never replace newer ones. A full disk loses nothing but the news. */
async function keepRoutes(store: DaemonStore, id: string, routes: DeviceRoutes): Promise<void> {
  try {
    const current = await store.get(id);
    if (current !== null && current.routes.version < routes.version) await store.put({ ...current, routes });
  } catch {
    // The next connection brings them again.
  }
}
