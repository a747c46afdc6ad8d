import { describe, expect, test } from 'vitest';
import type { RelayLinkState } from '../../src-shared/wire/status.ts';
import { agent, device, status } from './tray-facts-fixture.ts';
import { trayView } from './tray-state.ts';

const running = { daemon: status({}), error: null };

function withLink(link: RelayLinkState, listeners = status({}).listeners) {
  return { daemon: status({ relay: { endpoint: 'r:443', embedded: false, link }, listeners }), error: null };
}

describe('trayView', () => {
  test('is starting until the daemon runs, and an error when it could not start', () => {
    expect(trayView({ app: { daemon: null, error: null }, agents: [], devices: [] }).state).toBe('starting');
    const error = { code: 'locked', message: 'in use' };
    expect(trayView({ app: { daemon: null, error }, agents: [], devices: [] }).state).toBe('error');
  });

  test('says that an agent needs the person before anything else', () => {
    const agents = [agent({ state: 'working' }), agent({ state: 'needs-you' })];
    const devices = [device({ connections: ['relay'] })];
    expect(trayView({ app: running, agents, devices })).toEqual({ state: 'needs-you', line: 'Needs you: 1 agent' });
  });

  test('takes no notice of archived agents', () => {
    const agents = [agent({ state: 'needs-you', archived: true })];
    expect(trayView({ app: running, agents, devices: [] })).toEqual({ state: 'ready', line: 'Ready' });
  });

  test('names the device that is connected, and how many agents work', () => {
    const devices = [device({ connections: ['direct'] }), device({ name: 'Old phone' })];
    const agents = [agent({}), agent({ state: 'starting' }), agent({ state: 'finished' })];
    expect(trayView({ app: running, agents, devices })).toEqual({
      state: 'connected',
      line: 'Connected: Pixel 9, 2 agents working',
    });
  });

  test('is offline while the relay cannot be reached, steadily, also during each new attempt', () => {
    const retryAt = '2026-01-01T00:00:00.000Z';
    for (const link of [
      { state: 'offline', attempt: 1, retryAt, error: 'refused' },
      { state: 'connecting', attempt: 2 },
    ] as const)
      expect(trayView({ app: withLink(link), agents: [], devices: [] }).state).toBe('offline');
    expect(trayView({ app: withLink({ state: 'connecting', attempt: 1 }), agents: [], devices: [] }).state).toBe(
      'ready',
    );
  });

  test('with the relay off, is offline only when no address is listened on', () => {
    const off = { state: 'off' } as const;
    const waiting = [{ state: 'waiting', configured: '100.64.0.1:6767', error: 'not there', retryAt: '' }] as const;
    expect(trayView({ app: withLink(off), agents: [], devices: [] }).state).toBe('ready');
    expect(trayView({ app: withLink(off, [...waiting]), agents: [], devices: [] }).state).toBe('offline');
  });
});
