import { randomBytes } from 'node:crypto';
import { type DaemonStore, daemonFingerprint, type KnownDaemon } from '../../src-shared/client/known-daemon.ts';
import { pairWithOffer } from '../../src-shared/client/pair.ts';
import { type Offer, parseOfferLink } from '../../src-shared/offer.ts';
import { createNodeProvider } from '../platform/node-crypto.ts';
import type { CliContext } from './context.ts';
import type { Target } from './daemon-session.ts';
import { nodeDialer } from './dialer.ts';
import { codeOf } from './failure.ts';
import { knownTarget } from './known-target.ts';
import type { JsonOption } from './options.ts';
import { note, noteJson } from './output.ts';
import { shellWord } from '../platform/shell-word.ts';
import { thisComputer } from './this-computer.ts';

/**
 * The daemon of a pairing link. The first time it pairs; from then on the daemon is remembered, and the link stands for it also
 * when it was used up or has expired. Throws `OfferError` and `PairError`.
 */
export async function linkTarget(
  link: string,
  store: DaemonStore,
  { json }: JsonOption,
  context: CliContext,
): Promise<Target> {
  const offer = parseOfferLink(link, 0);
  const known = await store.get(daemonFingerprint(createNodeProvider(), offer.daemonKey));
  if (known === null || known.daemonKey !== offer.daemonKey)
    return knownTarget(await pair(offer, store, json === true, context), store);
  const target = knownTarget(known, store);
  if (offer.expires * 1000 <= Date.now()) return target;
  return withNewPairing(target, async () => knownTarget(await pair(offer, store, json === true, context), store));
}

/** A daemon that has forgotten this computer since: the link may be its invitation to come back. */
function withNewPairing(known: Target, pairAgain: () => Promise<Target>): Target {
  let current = known;
  return {
    local: false,
    source: async (signal, hello) => {
      try {
        return await current.source(signal, hello);
      } catch (error) {
        if (codeOf(error) !== 'unknown_device' || current !== known) throw error;
        current = await pairAgain();
        return current.source(signal, hello);
      }
    },
    onRoutes: async (routes) => current.onRoutes?.(routes),
  };
}

async function pair(offer: Offer, store: DaemonStore, json: boolean, context: CliContext): Promise<KnownDaemon> {
  const record = await pairWithOffer({
    offer,
    provider: createNodeProvider(),
    dial: nodeDialer(),
    hello: { ...thisComputer(context), clientInstance: randomBytes(16).toString('hex') },
    store,
    onDigits: (digits, daemonName) => {
      if (json) noteJson(context, { event: 'digits', digits, daemon: daemonName });
      else note(context, `Confirm at "${daemonName}", if it shows the same: ${digits.slice(0, 3)} ${digits.slice(3)}`);
    },
    signal: new AbortController().signal,
  });
  if (json) noteJson(context, { event: 'paired', daemon: record.name, id: record.id });
  else note(context, `Paired with "${record.name}". From now on: --host ${shellWord(hostArgument(record))}`);
  return record;
}

/** What `--host` takes for a daemon: its name, unless that reads as an address, a socket, a link or an option. */
function hostArgument({ id, name }: KnownDaemon): string {
  return /[/#:]|^-/.test(name) ? id : name;
}
