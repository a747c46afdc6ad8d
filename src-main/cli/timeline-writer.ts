import { styleText } from 'node:util';
import type { AgentView } from '../../src-shared/client/agent-follower.ts';
import type { CliContext } from './context.ts';
import { entryText, type EntryText } from './entry-text.ts';
import { printJson } from './output.ts';
import { safeText } from './safe-text.ts';
import { TimelineChanges } from './timeline-changes.ts';

/** Writes a followed timeline to standard output as it goes on. */
export interface TimelineWriter {
  show(view: AgentView): void;
  /** Ends a line that was begun, before something else is written. */
  endLine(): void;
}

/** One JSON line per entry, and one per growth of the newest entry. */
export function jsonTimeline(context: CliContext): TimelineWriter {
  const changes = new TimelineChanges();
  return {
    show: (view) => {
      for (const change of changes.next(view)) {
        if (change.type === 'reset') printJson(context, { event: 'reset', logId: view.logId });
        else if (change.type === 'entry') printJson(context, { event: 'entry', entry: change.entry });
        else printJson(context, { event: 'growth', seq: change.entry.seq, offset: change.offset, text: change.text });
      }
    },
    endLine: () => undefined,
  };
}

/** For a person; growing text streams. */
export function textTimeline({ stdout, env }: CliContext): TimelineWriter {
  const changes = new TimelineChanges();
  const styled = stdout.isTTY && !env['NO_COLOR'];
  let lineOpen = false;
  let first = true;
  const write = (text: string, style: EntryText['style']): void => {
    if (text === '') return;
    const safe = safeText(text);
    stdout.write(!styled || style === 'plain' ? safe : styleText(style, safe));
    lineOpen = !text.endsWith('\n');
  };
  const endLine = (): void => {
    if (lineOpen) stdout.write('\n');
    lineOpen = false;
  };
  return {
    endLine,
    show: (view) => {
      for (const change of changes.next(view)) {
        if (change.type === 'reset') {
          endLine();
          write('(this conversation was read again from the start)\n', 'dim');
          continue;
        }
        const shown = entryText(change.entry);
        if (shown === null) continue;
        if (change.type === 'growth') {
          write(change.text, shown.style);
          continue;
        }
        endLine();
        if (first && change.entry.seq > 1) write('(older entries are left out)\n', 'dim');
        first = false;
        write(shown.text, shown.style);
        if (change.entry.body.kind !== 'message' && change.entry.body.kind !== 'thought') endLine();
      }
    },
  };
}
