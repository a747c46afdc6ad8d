import { networkInterfaces } from 'node:os';
import type { InvokeResult } from '../../src-shared/ipc/contract.ts';

export type LocalAddress = InvokeResult<'localAddresses'>[number];

/** Addresses of this machine that a phone could dial, without ports: networks first, Tailscale's after, IPv4 before IPv6. */
export function localAddresses(interfaces: ReturnType<typeof networkInterfaces> = networkInterfaces()): LocalAddress[] {
  const found = Object.entries(interfaces).flatMap(([name, entries]) =>
    (entries ?? [])
      .filter(({ internal, address }) => !internal && !LINK_LOCAL.test(address))
      .map(({ address, family }) => ({
        entry: { address, kind: kindOf(name, address), interface: name },
        rank: (isContainerBridge(name) ? 4 : 0) + (family === 'IPv4' ? 0 : 1),
      })),
  );
  return found.toSorted((a, b) => kindRank(a.entry) - kindRank(b.entry) || a.rank - b.rank).map(({ entry }) => entry);
}

const LINK_LOCAL = /^(fe80:|169\.254\.)/i;

function kindOf(name: string, address: string): LocalAddress['kind'] {
  return /^tailscale\d*$/.test(name) || isTailscale(address) ? 'tailscale' : 'network';
}

/** Tailscale gives out 100.64.0.0/10 and fd7a:115c:a1e0::/48. */
function isTailscale(address: string): boolean {
  if (/^fd7a:115c:a1e0:/i.test(address)) return true;
  const [first, second] = address.split('.').map(Number);
  return first === 100 && second !== undefined && second >= 64 && second <= 127;
}

/** Networks between this machine and its own containers and virtual machines: no phone is there. */
function isContainerBridge(name: string): boolean {
  return /^(docker|br-|veth|virbr|vmnet|vboxnet|podman|cni|lxc|lxd)/.test(name);
}

function kindRank({ kind }: LocalAddress): number {
  return kind === 'network' ? 0 : 1;
}
