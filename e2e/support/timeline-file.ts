import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TimelineEntry } from '../../src-shared/wire/timeline.ts';

const Growth = z.object({ g: z.int(), o: z.int(), t: z.string() });

/** The timeline of the home's only agent as the file on disk tells it, growth applied. */
export async function onlyTimeline(home: string): Promise<TimelineEntry[]> {
  const [agent, ...others] = await readdir(join(home, 'agents'));
  if (agent === undefined || others.length > 0) throw new Error('there is not exactly one agent');
  const lines = (await readFile(join(home, 'agents', agent, 'timeline.jsonl'), 'utf8')).split('\n').filter(Boolean);
  const entries: TimelineEntry[] = [];
  for (const line of lines.map((text): unknown => JSON.parse(text))) {
    const entry = TimelineEntry.safeParse(line);
    if (entry.success) {
      entries.push(entry.data);
      continue;
    }
    const growth = Growth.safeParse(line);
    if (growth.success) grow(entries, growth.data);
  }
  return entries;
}

function grow(entries: TimelineEntry[], { g, o, t }: z.infer<typeof Growth>): void {
  const body = entries.find(({ seq }) => seq === g)?.body;
  if (body?.kind !== 'message' && body?.kind !== 'thought') throw new Error(`entry ${g} cannot grow`);
  if (body.text.length !== o) throw new Error(`entry ${g} has a gap`);
  body.text += t;
}
