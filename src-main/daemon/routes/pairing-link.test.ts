import { describe, expect, it } from 'vitest';
import type { ListenerState } from '../../../src-shared/wire/status.ts';
import { directAddresses, pairingLinkBase } from './pairing-link.ts';

const on = (address: string): ListenerState => ({ state: 'listening', configured: address, address });
const situation = {
  baseUrl: null,
  listeners: [on('127.0.0.1:6767')],
  relayEndpoint: '127.0.0.1:6768',
  localAddresses: [],
};

describe('where a pairing link points', () => {
  it('is the loopback web client by default, said to work on this machine only, with ways out', () => {
    const link = pairingLinkBase(situation);
    expect(link).toMatchObject({ base: 'http://127.0.0.1:6767', reach: 'this-machine' });
    expect(link.advice.join(' ')).toMatch(/network.*Tailscale.*app\.baseUrl.*this computer/i);
  });

  it('prefers a network address over loopback, whatever the order', () => {
    const link = pairingLinkBase({ ...situation, listeners: [on('127.0.0.1:6767'), on('192.168.1.20:6767')] });
    expect(link).toEqual({ base: 'http://192.168.1.20:6767', reach: 'network', advice: [] });
  });

  it('is the hosted copy anywhere when a relay outside this machine is set', () => {
    const link = pairingLinkBase({
      ...situation,
      baseUrl: 'https://app.example.com/',
      relayEndpoint: 'relay.example.com:443',
    });
    expect(link).toEqual({ base: 'https://app.example.com', reach: 'anywhere', advice: [] });
  });

  it('says that a hosted copy without a reachable relay does not help', () => {
    const link = pairingLinkBase({ ...situation, baseUrl: 'https://app.example.com' });
    expect(link.reach).toBe('this-machine');
    expect(link.advice.join(' ')).toContain('daemon.relay.endpoint');
  });

  it('does not claim that an https page can use a plain network address', () => {
    const listeners = [on('192.168.1.20:6767')];
    expect(pairingLinkBase({ ...situation, listeners, baseUrl: 'https://app.example.com' }).reach).toBe('this-machine');
    expect(pairingLinkBase({ ...situation, listeners, baseUrl: 'http://192.168.1.9:8080' }).reach).toBe('network');
  });

  it('has no web address at all when the daemon listens on a Unix socket alone', () => {
    const link = pairingLinkBase({ ...situation, listeners: [on('/run/paseo.sock')] });
    expect(link).toMatchObject({ base: 'paseo://pair', reach: 'this-machine' });
    expect(link.advice.join(' ')).toContain('--host -');
  });
});

describe('direct addresses', () => {
  it('stand for a wildcard by this machine’s own, loopback last, and leave out what does not listen', () => {
    const waiting: ListenerState = {
      state: 'waiting',
      configured: '100.64.0.7:1',
      error: 'x',
      retryAt: '2026-01-01T00:00:00Z',
    };
    const listeners = [on('0.0.0.0:7000'), waiting, on('[::1]:7000')];
    expect(directAddresses({ listeners, localAddresses: ['192.168.1.20', 'fd00::5'] })).toEqual([
      '192.168.1.20:7000',
      '[fd00::5]:7000',
      '127.0.0.1:7000',
      '[::1]:7000',
    ]);
  });
});
