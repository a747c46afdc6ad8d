import { expect, test } from 'vitest';
import { StartupTrace } from './startup-trace.ts';

function trace(env: Record<string, string>) {
  const lines: string[] = [];
  return { lines, trace: new StartupTrace(env, Date.now() - 100, (line) => lines.push(line)) };
}

test('prints one line when every step was reached', () => {
  const { lines, trace: startup } = trace({ PASEO_STARTUP_TRACE: '1' });
  startup.reach('ready');
  startup.reach('tray');
  startup.reach('tray');
  expect(lines).toEqual([]);
  startup.reach('listening');
  expect(lines).toHaveLength(1);
  const line: unknown = JSON.parse(lines[0] ?? '');
  expect(line).toMatchObject({ event: 'startup', readyMs: expect.any(Number), trayMs: expect.any(Number) });
  expect((line as { listeningMs: number }).listeningMs).toBeGreaterThanOrEqual(100);
});

test('is silent unless asked', () => {
  const { lines, trace: startup } = trace({});
  for (const step of ['ready', 'tray', 'listening'] as const) startup.reach(step);
  expect(lines).toEqual([]);
});
