import { expect, test } from 'vitest';
import { MAX_MESSAGE_BYTES, MAX_QUEUED_PROMPTS, QUEUED_TEXT_CHARS } from '../../../src-shared/limits.ts';
import { ManualClock } from '../../../src-shared/manual-clock.ts';
import { AgentDetail } from '../../../src-shared/wire/detail.ts';
import { USAGE_CHANGE_MS } from '../limits.ts';
import { jsonBytes } from '../timeline/entry-bounds.ts';
import { AgentDetailView } from './agent-detail-view.ts';
import { AgentRecord } from './agent-folder.ts';
import { PromptQueue } from './prompts/prompt-queue.ts';
import { providerTable } from './providers/provider-table.ts';
import { SessionState } from './acp/session-state.ts';

const AT = '2026-01-01T00:00:00.000Z';
const by = { deviceId: null, name: 'Test' };

function fixture(cwd = '/work') {
  const clock = new ManualClock();
  const record = AgentRecord.parse({
    ...{ format: 'paseo-agent', version: 1, id: 'abcdefgh', provider: 'claude', providerLabel: 'Claude', cwd },
    ...{ title: 'T', archived: false, createdAt: AT, updatedAt: AT, acpSessionId: 'ID', state: 'ready', error: null },
  });
  const state: SessionState = new SessionState(() => view.changed());
  const folder = { write: () => Promise.resolve(), setAside: () => Promise.resolve('') };
  const queue: PromptQueue = new PromptQueue(folder, () => view.changed());
  const entry = () => providerTable({}).get('claude')!;
  const view: AgentDetailView = new AgentDetailView({ record: () => record, state, queue, entry, clock });
  const heard: AgentDetail[] = [];
  return { clock, state, queue, view, heard, follow: () => view.subscribe((detail) => heard.push(detail)) };
}

const usage = (used: number) => ({ used, size: 1000 });

test('followers hear at once of what changed, once a second of the usage alone, and of nothing twice', async () => {
  const { clock, state, queue, view, heard, follow } = fixture();
  const stop = follow();
  view.changed();
  expect(heard).toEqual([]);
  for (let used = 1; used <= 50; used++) state.update('usage_update', usage(used));
  expect(heard).toEqual([]);
  clock.advance(USAGE_CHANGE_MS);
  expect(heard.map((detail) => detail.usage?.used)).toEqual([50]);
  state.update('usage_update', usage(51));
  await queue.add({ id: 'a', text: 'x', attachments: [], mentions: [], by, at: AT });
  expect(heard.slice(1)).toMatchObject([{ queue: [{ id: 'a' }], usage: { used: 51 } }]);
  expect(clock.armed).toBe(0);
  state.update('usage_update', usage(52));
  stop();
  expect(clock.armed).toBe(0);
});

test('the longest queue makes a small detail, whose beginnings are not cut inside a character', async () => {
  const { queue, view } = fixture();
  for (let id = 0; id < MAX_QUEUED_PROMPTS; id++) {
    const text = `${'漢'.repeat(QUEUED_TEXT_CHARS - 1)}🦊${'漢'.repeat(20_000)}`;
    await queue.add({ id: String(id), text, attachments: [], mentions: [], by, at: AT });
  }
  const detail = AgentDetail.parse(view.get());
  expect(detail.queue).toHaveLength(MAX_QUEUED_PROMPTS);
  expect(detail.queue[0]).toMatchObject({ text: '漢'.repeat(QUEUED_TEXT_CHARS - 1), whole: false });
  expect(jsonBytes(detail)).toBeLessThan(150_000);
});

test('an agent that offers absurdly much cannot make it too large to be sent', () => {
  const { state, view } = fixture();
  const odd = '\u0001'.repeat(512);
  const choices = Array.from({ length: 500 }, (_, i) => ({
    value: `${odd.slice(0, 500)}${i}`,
    name: odd,
    description: odd,
  }));
  const option = { type: 'select', name: odd, description: odd, category: odd, currentValue: 'x', options: choices };
  state.opened({ configOptions: Array.from({ length: 30 }, (_, i) => ({ ...option, id: `o${i}` })) });
  const commands = Array.from({ length: 500 }, (_, i) => ({ name: `${odd.slice(0, 250)}${i}`, description: odd }));
  state.update('available_commands_update', { availableCommands: commands });
  expect(jsonBytes(state.detail())).toBeGreaterThan(MAX_MESSAGE_BYTES);
  expect(jsonBytes(AgentDetail.parse(view.get()))).toBeLessThan(100_000);
});

test('a command that would be too long for the wire is not shown', () => {
  const { continueCommand } = AgentDetail.parse(fixture(`/${"'".repeat(4000)}`).view.get());
  expect(continueCommand === null).toBe(true);
  expect(fixture().view.get().continueCommand).toBe('cd /work && claude --resume ID');
});
