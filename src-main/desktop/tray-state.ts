import type { Device } from '../../src-shared/devices.ts';
import type { AppState } from '../../src-shared/ipc/contract.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { DaemonStatus } from '../../src-shared/wire/status.ts';

export type TrayState = 'starting' | 'ready' | 'connected' | 'needs-you' | 'offline' | 'error';

export interface TrayView {
  readonly state: TrayState;
  /** One short line: what the icon's state means right now. */
  readonly line: string;
}

export interface TrayFacts {
  readonly app: Pick<AppState, 'daemon' | 'error'>;
  readonly agents: readonly AgentSummary[];
  readonly devices: readonly Device[];
}

/** What one glance at the tray tells: whether it is connected, and whether an agent needs the person. */
export function trayView({ app, agents, devices }: TrayFacts): TrayView {
  if (app.error !== null) return { state: 'error', line: 'Paseo could not start' };
  if (app.daemon === null) return { state: 'starting', line: 'Starting' };
  const live = agents.filter(({ archived }) => !archived);
  const waiting = live.filter(({ state }) => state === 'needs-you');
  const working = live.filter(({ state }) => state === 'working' || state === 'starting').length;
  if (waiting.length > 0) return { state: 'needs-you', line: `Needs you: ${waiting.length} ${plural(waiting.length)}` };
  const doing = working > 0 ? `, ${working} ${plural(working)} working` : '';
  const connected = devices.filter(({ connections }) => connections.length > 0);
  if (connected.length > 0) return { state: 'connected', line: `Connected: ${names(connected)}${doing}` };
  const trouble = whyOffline(app.daemon);
  if (trouble !== null) return { state: 'offline', line: `Offline: ${trouble}${doing}` };
  return { state: 'ready', line: `Ready${doing}` };
}

/** Why no phone could get through now; null when one could. */
function whyOffline({ relay, listeners }: DaemonStatus): string | null {
  // While it tries again the link is `connecting` with a higher attempt: the icon shall not flicker.
  if (relay.link.state === 'offline' || (relay.link.state === 'connecting' && relay.link.attempt > 1))
    return relay.embedded ? 'the built-in relay does not run' : 'the relay cannot be reached';
  const network = listeners.filter(({ configured }) => !configured.startsWith('/'));
  const reachable = network.length === 0 || network.some(({ state }) => state === 'listening');
  if (relay.link.state === 'off' && !reachable) return 'no address to listen on';
  return null;
}

function names(devices: readonly Device[]): string {
  const [first] = devices;
  return devices.length === 1 && first ? first.name : `${devices.length} devices`;
}

function plural(count: number): string {
  return count === 1 ? 'agent' : 'agents';
}
