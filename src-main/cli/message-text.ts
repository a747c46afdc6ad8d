import { MAX_PROMPT_CHARS } from '../../src-shared/limits.ts';
import { UsageError } from './cli-error.ts';

/** Throws {@link UsageError} for text that cannot be a message; `whenEmpty` is what to say when there is none. */
export function checkMessage(text: string, whenEmpty: string): void {
  if (text.trim() === '') throw new UsageError(whenEmpty);
  if (text.length > MAX_PROMPT_CHARS)
    throw new UsageError(`The message is longer than ${MAX_PROMPT_CHARS} characters.`);
}
