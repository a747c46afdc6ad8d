import type { SettingsPatch, SettingsView } from '../../src-shared/config/schema.ts';
import { MAX_TRAY_AGENTS } from './limits.ts';
import type { WindowName } from '../../src-shared/ipc/contract.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { LocalAddress } from './local-addresses.ts';
import { waitingItems } from './tray-requests.ts';
import type { TrayView } from './tray-state.ts';
import { trayText } from './tray-text.ts';

/** What choosing an item does. */
export type TrayAction =
  | { readonly do: 'open'; readonly window: WindowName; readonly agentId: string | null }
  | { readonly do: 'change'; readonly patch: SettingsPatch }
  | {
      readonly do: 'answer';
      readonly agentId: string;
      readonly requestId: string;
      readonly optionId: string | null;
    }
  | { readonly do: 'quit' };

/** The tray's menu as plain data, so that two can be compared. Labels are text, with no mnemonics. */
export type TrayItem =
  | { readonly type: 'separator' }
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'action'; readonly label: string; readonly action: TrayAction }
  | {
      readonly type: 'check' | 'radio';
      readonly label: string;
      readonly checked: boolean;
      readonly enabled: boolean;
      readonly action: TrayAction;
    }
  | {
      readonly type: 'submenu';
      readonly label: string;
      readonly enabled: boolean;
      readonly items: readonly TrayItem[];
    };

export interface TrayMenuFacts {
  readonly view: TrayView;
  readonly agents: readonly AgentSummary[];
  readonly warnings: readonly string[];
  /** null until the daemon runs. */
  readonly settings: SettingsView | null;
  readonly local: readonly LocalAddress[];
}

/** Status line, what needs the person, running agents, then actions, switches, settings and quit. */
export function trayMenu(facts: TrayMenuFacts): TrayItem[] {
  const { view, settings } = facts;
  const running = settings !== null;
  return [
    { type: 'label', label: trayText(view.line) },
    ...facts.warnings.map((warning): TrayItem => opening(`Warning: ${warning}`, 'settings')),
    SEPARATOR,
    ...agentItems(facts.agents),
    ...(running ? [opening('Pair phone', 'pairing')] : []),
    opening('Open Paseo', 'agents'),
    SEPARATOR,
    ...(running ? [relaySwitch(settings), alsoListen(settings, facts.local), SEPARATOR] : []),
    ...(running ? [opening('Settings', 'settings')] : []),
    { type: 'action', label: 'Quit Paseo', action: { do: 'quit' } },
  ];
}

const SEPARATOR: TrayItem = { type: 'separator' };

function opening(label: string, window: WindowName, agentId: string | null = null): TrayItem {
  return { type: 'action', label: trayText(label), action: { do: 'open', window, agentId } };
}

function agentItems(agents: readonly AgentSummary[]): TrayItem[] {
  const live = agents.filter(({ archived }) => !archived);
  const newest = (a: AgentSummary, b: AgentSummary): number => b.updatedAt.localeCompare(a.updatedAt);
  const waiting = live.filter(({ state }) => state === 'needs-you').toSorted(newest);
  const working = live.filter(({ state }) => state === 'working' || state === 'starting').toSorted(newest);
  const all = [
    ...waiting.flatMap(waitingItems),
    ...working.map((agent) => {
      const word = agent.state === 'starting' ? 'Starting' : 'Working';
      return opening(`${word}: ${agent.title || agent.providerLabel}`, 'agents', agent.id);
    }),
  ];
  const shown = all.slice(0, MAX_TRAY_AGENTS);
  const more = all.length - shown.length;
  return [...shown, ...(more > 0 ? [opening(`${more} more`, 'agents')] : []), ...(all.length > 0 ? [SEPARATOR] : [])];
}

function relaySwitch({ relayEnabled, fixed }: SettingsView): TrayItem {
  return {
    type: 'check',
    label: withReason('Relay', fixed['relayEnabled']),
    checked: relayEnabled,
    enabled: fixed['relayEnabled'] === undefined,
    action: { do: 'change', patch: { relayEnabled: !relayEnabled } },
  };
}

function alsoListen({ listen, fixed }: SettingsView, local: readonly LocalAddress[]): TrayItem {
  const [main = '', ...also] = listen;
  const chosen = local.find(({ address }) => also.length === 1 && also[0] === withPort(address, main));
  const choice = (label: string, addresses: readonly string[], checked: boolean): TrayItem => ({
    type: 'radio',
    label: trayText(label),
    checked,
    enabled: true,
    action: { do: 'change', patch: { listen: [main, ...addresses] } },
  });
  const items = [
    choice('Nothing', [], also.length === 0),
    ...local.map((entry) =>
      choice(
        `${entry.kind === 'tailscale' ? 'Tailscale' : entry.interface} (${entry.address})`,
        [withPort(entry.address, main)],
        entry === chosen,
      ),
    ),
    ...(also.length > 0 && chosen === undefined ? [choice(also.join(', '), also, true)] : []),
    SEPARATOR,
    opening('Another address…', 'settings'),
  ];
  const reason = fixed['listen'];
  return { type: 'submenu', label: withReason('Also listen on', reason), enabled: reason === undefined, items };
}

function withReason(label: string, reason: string | undefined): string {
  return reason === undefined ? label : trayText(`${label} (set by ${reason})`);
}

/** With the main address's port. A Unix socket has none; beside it the usual one is used. */
export function withPort(address: string, main: string): string {
  const port = main.startsWith('/') ? '6767' : (/(\d+)$/.exec(main)?.[1] ?? '6767');
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}
