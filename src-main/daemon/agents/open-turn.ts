import type { TimelineLog } from '../timeline/timeline-log.ts';

interface TimelineTail {
  /** A turn began and its end is not there. */
  readonly open: boolean;
  /** Permission requests of the last turn that nobody answered, oldest first. */
  readonly unanswered: string[];
  /** Time of the newest entry. */
  readonly lastAt: string | null;
}

/** Looks back from the end of a log to where its last turn began or ended. */
export async function timelineTail(timeline: TimelineLog): Promise<TimelineTail> {
  let open = false;
  let lastAt: string | null = null;
  const answered = new Set<string>();
  const unanswered: string[] = [];
  await timeline.visitBackward(({ at, body }) => {
    lastAt ??= at;
    if (body.kind === 'permission-answer') answered.add(body.requestId);
    if (body.kind === 'permission' && !answered.has(body.requestId)) unanswered.unshift(body.requestId);
    open = body.kind === 'user';
    return body.kind !== 'user' && body.kind !== 'turn-end';
  });
  return { open, unanswered, lastAt };
}
