import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, test } from 'vitest';
import { localAddresses } from './local-addresses.ts';

function at(address: string, internal = false): NetworkInterfaceInfo {
  const shared = { address, internal, mac: '00:00:00:00:00:00', cidr: null };
  return address.includes(':')
    ? { ...shared, family: 'IPv6', netmask: 'ffff::', scopeid: 0 }
    : { ...shared, family: 'IPv4', netmask: '255.255.255.0' };
}

describe('localAddresses', () => {
  test('tells Tailscale from other networks by address or interface', () => {
    const found = localAddresses({
      wlan0: [at('192.168.1.20')],
      utun4: [at('100.101.102.103'), at('fd7a:115c:a1e0::1')],
      tailscale0: [at('10.9.8.7')],
      eth0: [at('100.128.0.1')],
    });
    expect(found.filter(({ kind }) => kind === 'tailscale').map(({ address }) => address)).toEqual([
      '100.101.102.103',
      '10.9.8.7',
      'fd7a:115c:a1e0::1',
    ]);
    expect(found.filter(({ kind }) => kind === 'network').map(({ address }) => address)).toEqual([
      '192.168.1.20',
      '100.128.0.1',
    ]);
  });

  test('leaves out loopback and addresses that only this link knows', () => {
    const found = localAddresses({
      lo: [at('127.0.0.1', true), at('::1', true)],
      eth0: [at('fe80::1'), at('169.254.1.1')],
    });
    expect(found).toEqual([]);
  });

  test('names the networks of containers last, since no phone is there', () => {
    const found = localAddresses({ docker0: [at('172.17.0.1')], wlan0: [at('2001:db8::5'), at('192.168.1.20')] });
    expect(found.map(({ interface: name }) => name)).toEqual(['wlan0', 'wlan0', 'docker0']);
  });
});
