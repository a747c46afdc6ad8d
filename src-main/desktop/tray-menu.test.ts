import { describe, expect, test } from 'vitest';
import type { SettingsView } from '../../src-shared/config/schema.ts';
import { agent } from './tray-facts-fixture.ts';
import { type TrayItem, trayMenu, type TrayMenuFacts, withPort } from './tray-menu.ts';

const settings: SettingsView = {
  listen: ['127.0.0.1:7000'],
  allowedHosts: [],
  allowedOrigins: [],
  relayEnabled: true,
  relayEndpoint: null,
  relayUseTls: true,
  baseUrl: null,
  name: 'desk',
  keepAgentsRunning: true,
  fixed: {},
  path: '/config.json',
};
const facts: TrayMenuFacts = {
  view: { state: 'ready', line: 'Ready' },
  agents: [],
  warnings: [],
  settings,
  local: [
    { address: '192.168.1.20', kind: 'network', interface: 'wlan0' },
    { address: 'fd7a:115c:a1e0::1', kind: 'tailscale', interface: 'tailscale0' },
  ],
};

function labels(items: readonly TrayItem[]): string[] {
  return items.map((item) => (item.type === 'separator' ? '-' : item.label));
}

function alsoListen(change: Partial<SettingsView>): Extract<TrayItem, { type: 'submenu' }> {
  const item = trayMenu({ ...facts, settings: { ...settings, ...change } }).find(({ type }) => type === 'submenu');
  if (item?.type !== 'submenu') throw new Error('There is no submenu.');
  return item;
}

describe('trayMenu', () => {
  test('has the status line, actions, switches, settings and quit', () => {
    expect(labels(trayMenu(facts))).toEqual([
      'Ready',
      '-',
      'Pair phone',
      'Open Paseo',
      '-',
      'Relay',
      'Also listen on',
      '-',
      'Settings',
      'Quit Paseo',
    ]);
  });

  test('offers only to look and to quit while there is no daemon', () => {
    expect(labels(trayMenu({ ...facts, settings: null }))).toEqual(['Ready', '-', 'Open Paseo', '-', 'Quit Paseo']);
  });

  test('lists agents that wait for the person before those that work, newest first, and opens the chosen one', () => {
    const at = (day: number): string => `2026-01-0${day}T00:00:00.000Z`;
    const agents = [
      agent({ id: 'a', title: 'old work', updatedAt: at(1) }),
      agent({ id: 'b', title: 'new work', updatedAt: at(2) }),
      agent({ id: 'c', title: 'asks', state: 'needs-you', updatedAt: at(1) }),
      agent({ id: 'd', title: 'done', state: 'finished' }),
    ];
    const items = trayMenu({ ...facts, agents }).slice(2, 5);
    expect(labels(items)).toEqual(['Needs you: asks', 'Working: new work', 'Working: old work']);
    expect(items[0]).toMatchObject({ action: { do: 'open', window: 'agents', agentId: 'c' } });
  });

  test('keeps its length, however many agents there are', () => {
    const agents = Array.from({ length: 14 }, (_, index) => agent({ id: `a${index}` }));
    const shown = labels(trayMenu({ ...facts, agents }));
    expect(shown.filter((label) => label.startsWith('Working'))).toHaveLength(10);
    expect(shown).toContain('4 more');
  });

  test('shows one short plain line, whatever an agent calls itself', () => {
    const title = `a\u202Eb\n\u0000c\u200b${'x'.repeat(100)}`;
    const [, , item] = trayMenu({ ...facts, agents: [agent({ title })] });
    expect(item).toMatchObject({ label: `Working: a b c ${'x'.repeat(44)}…` });
  });

  test('turns the relay off, and on again', () => {
    const relay = (relayEnabled: boolean) =>
      trayMenu({ ...facts, settings: { ...settings, relayEnabled } }).find(({ type }) => type === 'check');
    expect(relay(true)).toMatchObject({ checked: true, action: { patch: { relayEnabled: false } } });
    expect(relay(false)).toMatchObject({ checked: false, action: { patch: { relayEnabled: true } } });
  });

  test('keeps the main address whatever else is listened on', () => {
    expect(alsoListen({}).items.slice(0, 3)).toMatchObject([
      { label: 'Nothing', checked: true, action: { patch: { listen: ['127.0.0.1:7000'] } } },
      { label: 'wlan0 (192.168.1.20)', action: { patch: { listen: ['127.0.0.1:7000', '192.168.1.20:7000'] } } },
      {
        label: 'Tailscale (fd7a:115c:a1e0::1)',
        action: { patch: { listen: ['127.0.0.1:7000', '[fd7a:115c:a1e0::1]:7000'] } },
      },
    ]);
  });

  test('shows an address of the configuration that this machine does not have now', () => {
    const { items } = alsoListen({ listen: ['127.0.0.1:7000', '10.0.0.5:7000'] });
    expect(items.filter((item) => 'checked' in item && item.checked)).toMatchObject([{ label: '10.0.0.5:7000' }]);
  });

  test('lets nothing be changed that the environment decides, and says so', () => {
    const fixed = { listen: 'PASEO_LISTEN', relayEnabled: 'PASEO_RELAY_ENABLED' };
    expect(alsoListen({ fixed })).toMatchObject({ enabled: false, label: 'Also listen on (set by PASEO_LISTEN)' });
    const relay = trayMenu({ ...facts, settings: { ...settings, fixed } }).find(({ type }) => type === 'check');
    expect(relay).toMatchObject({ enabled: false, label: 'Relay (set by PASEO_RELAY_ENABLED)' });
  });

  test('shows standing warnings, which lead to the settings', () => {
    const [, warning] = trayMenu({ ...facts, warnings: ['0.0.0.0 is open to every network.'] });
    expect(warning).toMatchObject({
      label: 'Warning: 0.0.0.0 is open to every network.',
      action: { window: 'settings' },
    });
  });
});

describe('withPort', () => {
  test('takes the main address’s port, and the usual one beside a Unix socket', () => {
    expect(withPort('10.0.0.1', '127.0.0.1:7000')).toBe('10.0.0.1:7000');
    expect(withPort('fd00::1', '7001')).toBe('[fd00::1]:7001');
    expect(withPort('10.0.0.1', '/run/paseo.sock')).toBe('10.0.0.1:6767');
  });
});
