import { resolve } from 'node:path';
import type { DaemonStore } from '../../src-shared/client/known-daemon.ts';
import { MAX_OFFER_LINK_CHARS } from '../../src-shared/limits.ts';
import { HostPort } from '../../src-shared/routes.ts';
import { CliError, UsageError } from './cli-error.ts';
import type { CliContext } from './context.ts';
import type { Target } from './daemon-session.ts';
import { clientHome, knownDaemonFiles } from './known-daemon-files.ts';
import { addressTarget, knownTarget } from './known-target.ts';
import { linkTarget } from './link-target.ts';
import { localConnection } from './local-connection.ts';
import { chosenHome, type TargetOptions } from './options.ts';
import { warn } from './output.ts';
import { readInput } from './read-input.ts';
import { homeSocket } from './ready-message.ts';

/** The daemon that `--host` names; without it, the one of the home. Pairs when it is a link of a daemon not met before. */
export async function chooseTarget(options: TargetOptions, context: CliContext): Promise<Target> {
  const { host } = options;
  if (host === undefined) return localTarget(homeSocket(chosenHome(options, context)));
  const store = knownDaemonFiles(clientHome(context.env));
  if (host === '-') {
    const link = (await readInput(context, 'Pairing link: ', MAX_OFFER_LINK_CHARS)).trim();
    if (link === '') throw new UsageError('--host - reads a pairing link from standard input, and there was none.');
    return linkTarget(link, store, options, context);
  }
  if (host.includes('#') || host.includes('://')) {
    warn(context, options.json, OPEN_LINK);
    return linkTarget(host, store, options, context);
  }
  if (host.includes('/')) return localTarget(resolve(context.cwd, host));
  const address = HostPort.safeParse(host.toLowerCase());
  if (address.success) return addressTarget(address.data, await store.list(), store);
  return namedTarget(host, store);
}

function localTarget(path: string): Target {
  return { source: localConnection(path), local: true };
}

async function namedTarget(name: string, store: DaemonStore): Promise<Target> {
  const records = await store.list();
  const wanted = name.toLowerCase();
  const found = records.filter((record) => record.id === name || record.name.toLowerCase() === wanted);
  if (found.length > 1)
    throw new CliError(
      'ambiguous',
      `${found.length} remembered daemons are called "${name}". Use one of these: ${found.map(({ id }) => id).join(', ')}.`,
    );
  if (found[0] !== undefined) return knownTarget(found[0], store);
  const names = records.map((record) => `"${record.name}"`).join(', ');
  throw new CliError(
    'not_paired',
    `No remembered daemon is called "${name}"${names === '' ? '' : ` (there is ${names})`}. --host takes a remembered name, ` +
      'host:port, a socket, a pairing link, or - to read a link from standard input.',
  );
}

const OPEN_LINK =
  'Everybody on this computer can see this link in the list of processes. Use --host - and standard input instead.';
