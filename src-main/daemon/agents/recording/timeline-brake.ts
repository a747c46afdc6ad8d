import type { Clock } from '../../../../src-shared/clock.ts';
import { MAX_UNSAVED_TIMELINE_BYTES } from '../../limits.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';

/** A disk that refused is tried again this much later. */
const RETRY_MS = 1000;

/** Pending while too much of a timeline waits for the disk, so that whoever feeds it rests; null when it need not. */
export function timelineBrake(timeline: TimelineLog, clock: Clock, stopping: () => boolean): Promise<void> | null {
  return timeline.unsavedBytes > MAX_UNSAVED_TIMELINE_BYTES ? drained(timeline, clock, stopping) : null;
}

async function drained(timeline: TimelineLog, clock: Clock, stopping: () => boolean): Promise<void> {
  while (timeline.unsavedBytes > MAX_UNSAVED_TIMELINE_BYTES && !stopping()) {
    const failed = await timeline.flush().then(
      () => false,
      () => true,
    );
    if (failed) await new Promise<void>((resolve) => clock.after(RETRY_MS, resolve));
  }
}
