import { z } from 'zod';
import { cutText } from '../../timeline/entry-bounds.ts';
import type { Content } from './acp-schema.ts';

/**
 * Tells an error of the model that is told like an answer. The Codex adapter ends such a turn as if all was well: it says before that
 * its thread has the status `systemError`, and then the error as text that, unlike every real message, has no `messageId`.
 */
export class ModelFailure {
  #failed = false;
  #settled = false;
  #text = '';

  /** The status of the agent's thread. Returns the error that it got over, if there was one. */
  thread(status: string): string | null {
    if (status !== 'active') {
      this.#failed ||= status === 'systemError';
      return null;
    }
    const told = this.#text !== '';
    const error = this.take();
    return told ? error : null;
  }

  /** True when a piece of a message is the error's text, and no message. */
  takes(content: Content, messageId: string | null | undefined): boolean {
    if (!this.#failed || messageId != null || content.type !== 'text') return false;
    this.#text = cutText(this.#text + (content.text ?? ''), MAX_CHARS);
    return true;
  }

  /** What has been told so far, once: it must not be lost when nobody lives to {@link take} it. null when there is nothing. */
  settle(): string | null {
    if (!this.#failed || this.#settled || this.#text === '') return null;
    this.#settled = true;
    return readable(this.#text.trim());
  }

  /** The error for people, once; null when there is none. */
  take(): string | null {
    const failed = this.#failed;
    const text = this.#text.trim();
    this.#failed = false;
    this.#settled = false;
    this.#text = '';
    return failed ? readable(text) : null;
  }
}

const MAX_CHARS = 1500;

const ServiceError = z.looseObject({ error: z.looseObject({ message: z.string().min(1) }) });

/** Services answer in JSON; people read the message in it. */
function readable(text: string): string {
  if (text === '') return 'The model reported an error.';
  try {
    return ServiceError.parse(JSON.parse(text)).error.message;
  } catch {
    return text;
  }
}
