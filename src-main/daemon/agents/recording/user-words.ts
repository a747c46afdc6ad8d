import type { Attachment } from '../../../../src-shared/wire/content.ts';
import type { TimelineLog } from '../../timeline/timeline-log.ts';
import type { Chunk } from '../acp/acp-schema.ts';
import type { z } from 'zod';
import type { KeepFile } from './shown-content.ts';
import { shownBlock } from './shown-content.ts';

const MAX_ATTACHMENTS = 20;
/** What a person said in one go; fits into an entry. */
const MAX_CHARS = 256 * 1024;

/**
 * What an agent says that the person said. In an import these are the beginnings of its turns; otherwise it repeats the prompt,
 * or tells what came to it in another way.
 */
export class UserWords {
  importing = false;
  readonly #timeline: Pick<TimelineLog, 'append'>;
  readonly #keep: KeepFile;
  #text = '';
  #attachments: Attachment[] = [];
  #messageId: string | null = null;
  #prompt = '';
  #open = false;

  constructor(timeline: Pick<TimelineLog, 'append'>, keep: KeepFile) {
    this.#timeline = timeline;
    this.#keep = keep;
  }

  /** The prompt whose echo need not be told. */
  sent(prompt: string): void {
    this.importing = false;
    this.#prompt = prompt;
  }

  /** False when it cannot be shown. */
  add({ content, messageId }: z.infer<typeof Chunk>): boolean {
    // Put in by the agent's program for the model alone.
    const audience = content.annotations?.audience;
    if (audience != null && !audience.includes('user')) return true;
    if (messageId != null && this.#messageId !== null && messageId !== this.#messageId) this.settle();
    this.#messageId = messageId ?? this.#messageId;
    if (content.type === 'text' && content.text != null) {
      this.#text = (this.#text + content.text).slice(0, MAX_CHARS);
      return true;
    }
    const block = this.importing ? shownBlock(content, this.#keep) : null;
    if (block === null) return !this.importing;
    if (block.type === 'attachment' && this.#attachments.length < MAX_ATTACHMENTS) {
      this.#attachments.push(block.attachment);
      return true;
    }
    this.settle();
    this.#timeline.append({ kind: 'content', from: 'user', block });
    return true;
  }

  /** Tells what was collected. */
  settle(): void {
    const text = this.#text.trim();
    const attachments = this.#attachments;
    this.#text = '';
    this.#attachments = [];
    this.#messageId = null;
    if (text === '' && attachments.length === 0) return;
    if (this.importing) {
      this.#endTurn();
      this.#timeline.append({ kind: 'user', text, by: null, ...(attachments.length > 0 && { attachments }) });
      this.#open = true;
    } else if (!this.#prompt.includes(text)) {
      // Not the beginning of a turn, so not an entry that looks like one.
      this.#timeline.append({ kind: 'content', from: 'user', block: { type: 'resource', uri: '', text } });
    }
  }

  endImport(): void {
    this.settle();
    this.#endTurn();
    this.importing = false;
  }

  #endTurn(): void {
    if (this.#open) this.#timeline.append({ kind: 'turn-end', reason: 'end_turn', error: null });
    this.#open = false;
  }
}
