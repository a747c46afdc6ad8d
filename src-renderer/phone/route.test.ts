import { expect, it } from 'vitest';
import { readRoute, writeRoute } from './route.ts';
import type { Route } from './route.ts';

it.each<Route>([
  { page: 'agents' },
  { page: 'agent', agentId: 'abcdefgh22' },
  { page: 'start' },
  { page: 'import' },
  { page: 'daemon' },
])('writes an address that reads as the same page: %j', (route) => {
  expect(readRoute(writeRoute(route))).toEqual(route);
});

it.each(['', '#', '#/agent/', '#/agent/../x', '#/agent/ABCDEFGH', '#/nowhere'])('shows the agents for %j', (hash) => {
  expect(readRoute(hash)).toEqual({ page: 'agents' });
});
