import type { Device } from '../../src-shared/devices.ts';
import type { AgentSummary } from '../../src-shared/wire/agent.ts';
import type { DaemonStatus } from '../../src-shared/wire/status.ts';

/** What the tray's tests vary. */
export function agent(change: Partial<AgentSummary>): AgentSummary {
  return {
    id: 'aaaaaaaaaaaa',
    provider: 'fake',
    providerLabel: 'Fake agent',
    title: 'Fix the tests',
    cwd: '/work',
    state: 'working',
    error: null,
    pending: [],
    questions: [],
    queued: 0,
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    archived: false,
    logId: 'log',
    lastSeq: 1,
    ...change,
  };
}

export function device(change: Partial<Device>): Device {
  return {
    id: 'bbbbbbbbbbbb',
    name: 'Pixel 9',
    platform: 'Android',
    clientKind: 'phone',
    role: 'full',
    state: 'active',
    pairedAt: '2026-01-01T00:00:00.000Z',
    lastSeenAt: null,
    connections: [],
    ...change,
  };
}

export function status(change: Partial<DaemonStatus>): DaemonStatus {
  return {
    name: 'desk',
    version: '0.1.0',
    pid: 1,
    home: '/home/me/.paseo',
    startedAt: '2026-01-01T00:00:00.000Z',
    listeners: [{ state: 'listening', configured: '127.0.0.1:6767', address: '127.0.0.1:6767' }],
    relay: { endpoint: null, embedded: true, link: { state: 'online', since: '2026-01-01T00:00:00.000Z' } },
    warnings: [],
    ...change,
  };
}
