import { expect, test } from 'vitest';
import { newestSessions } from './newest-sessions.ts';

/** Reads pages of one session each, `count` in all. */
const pages = (count: number) => (cursor: string | null) => {
  const at = Number(cursor ?? 0);
  const session = { sessionId: `s${at}`, cwd: '/', title: '', updatedAt: null, agentId: null };
  return Promise.resolve({ sessions: [session], cursor: at + 1 < count ? String(at + 1) : null });
};

test('reads page after page to the end, and no further than ten, which it says', async () => {
  const ids = async (count: number) => {
    const { sessions, older } = await newestSessions(pages(count));
    return [...sessions.map(({ sessionId }) => sessionId), older];
  };
  const ten = Array.from({ length: 10 }, (_, at) => `s${at}`);
  expect(await ids(1)).toEqual(['s0', false]);
  expect(await ids(10)).toEqual([...ten, false]);
  expect(await ids(11)).toEqual([...ten, true]);
});
