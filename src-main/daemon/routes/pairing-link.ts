import type { ListenerState, OfferReach } from '../../../src-shared/wire/status.ts';
import { hostOf, isLoopbackHost, isWildcardHost } from './address-kind.ts';

export interface LinkBase {
  /** What stands before `/#offer=` in the link. */
  base: string;
  reach: OfferReach;
  /** Ways out, one sentence each, when a phone could not open the link or get through. */
  advice: string[];
}

export interface LinkSituation {
  /** `app.baseUrl`, or null. */
  baseUrl: string | null;
  listeners: readonly ListenerState[];
  /** What clients dial to reach the relay (`host:port`), or null when the relay is off. */
  relayEndpoint: string | null;
  /** Addresses of this machine that stand for a wildcard listener, best first. */
  localAddresses: readonly string[];
}

/**
 * Where a pairing link points, and who could open it. Without `app.baseUrl` that is the daemon's own web client: a network
 * address if it listens on one, else loopback, which only this machine can open.
 */
export function pairingLinkBase(situation: LinkSituation): LinkBase {
  const relayReachable = situation.relayEndpoint !== null && !isLoopbackHost(hostOf(situation.relayEndpoint));
  const addresses = directAddresses(situation);
  const network = addresses.find((address) => !isLoopbackHost(hostOf(address)));
  if (situation.baseUrl !== null) {
    const base = situation.baseUrl.replace(/\/+$/, '');
    if (relayReachable) return { base, reach: 'anywhere', advice: [] };
    const reach = network !== undefined && base.startsWith('http:') ? 'network' : 'this-machine';
    return { base, reach, advice: reach === 'network' ? [] : [SET_RELAY, USE_NETWORK] };
  }
  if (network !== undefined) return { base: `http://${network}`, reach: 'network', advice: [] };
  const loopback = addresses[0];
  return {
    base: loopback === undefined ? 'paseo://pair' : `http://${loopback}`,
    reach: 'this-machine',
    advice: [USE_NETWORK, USE_TAILSCALE, HOSTED_COPY, loopback === undefined ? USE_COMMAND_LINE : OPEN_HERE],
  };
}

/** Every `host:port` a direct client could dial, wildcards replaced by this machine's addresses, loopback last. */
export function directAddresses(situation: Pick<LinkSituation, 'listeners' | 'localAddresses'>): string[] {
  const found: string[] = [];
  for (const listener of situation.listeners) {
    if (listener.state !== 'listening' || listener.address.startsWith('/')) continue;
    const host = hostOf(listener.address);
    const port = listener.address.slice(listener.address.lastIndexOf(':') + 1);
    if (isWildcardHost(host))
      for (const local of [...situation.localAddresses, '127.0.0.1']) found.push(at(local, port));
    else found.push(listener.address);
  }
  const unique = [...new Set(found)];
  const loopback = unique.filter((address) => isLoopbackHost(hostOf(address)));
  return [...unique.filter((address) => !loopback.includes(address)), ...loopback];
}

function at(host: string, port: string): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

const USE_NETWORK =
  'Same network: add this computer\'s address to daemon.listen ("Use on this network"), then make a new code.';
const USE_TAILSCALE = "Tailscale: add this computer's Tailscale address to daemon.listen, then make a new code.";
const HOSTED_COPY =
  'Anywhere: set daemon.relay.endpoint to a relay and app.baseUrl to a hosted copy of the web client.';
const SET_RELAY = 'Anywhere: set daemon.relay.endpoint to a relay that the phone can reach.';
const OPEN_HERE = 'On this computer: open the link in a browser here to try Paseo.';
const USE_COMMAND_LINE = 'On this computer: give the link to `paseo ls --host -` on standard input.';
