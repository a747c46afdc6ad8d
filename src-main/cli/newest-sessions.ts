import type { ExternalSession } from '../../src-shared/wire/agent.ts';
import type { Result } from '../../src-shared/wire/requests.ts';

export interface NewestSessions {
  readonly sessions: readonly ExternalSession[];
  /** There are older ones, which were not read. */
  readonly older: boolean;
}

/** Pages read for one listing; what is older is had with the agent's own program. */
const MAX_PAGES = 10;

/** Sessions page by page, from the newest on. `read` gets the cursor of the page before, null for the first. */
export async function newestSessions(
  read: (cursor: string | null) => Promise<Result<'sessions.list'>>,
): Promise<NewestSessions> {
  const sessions: ExternalSession[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer = await read(cursor);
    sessions.push(...answer.sessions);
    cursor = answer.cursor;
    if (cursor === null) break;
  }
  return { sessions, older: cursor !== null };
}
