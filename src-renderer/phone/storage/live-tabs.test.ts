import { afterEach, expect, it } from 'vitest';
import { LiveTabs } from './live-tabs.ts';

const open: LiveTabs[] = [];
const name = `tabs-${Math.random()}`;

function tab(id: string): LiveTabs {
  const tabs = new LiveTabs(id, new BroadcastChannel(name));
  tabs.start();
  open.push(tabs);
  return tabs;
}

afterEach(() => {
  for (const tabs of open.splice(0)) tabs.stop();
});

it('hears of every other open tab, and not of itself', async () => {
  const a = tab('a');
  tab('b');
  tab('c');
  expect([...(await a.others())].sort()).toEqual(['b', 'c']);
});

it('does not hear of a tab that was closed', async () => {
  const a = tab('a');
  const b = tab('b');
  expect([...(await a.others())]).toEqual(['b']);
  b.stop();
  expect([...(await a.others())]).toEqual([]);
});

it('ignores whatever else is said on the channel', async () => {
  const a = tab('a');
  const other = new BroadcastChannel(name);
  other.postMessage({ say: 'here', from: 7 });
  other.postMessage('here');
  expect([...(await a.others())]).toEqual([]);
  other.close();
});
