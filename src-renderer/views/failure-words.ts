import { CodedError } from '../../src-shared/coded-error.ts';

/** What to tell a person about a failed request; the messages of our own errors end with the fix. */
export function failureWords(failure: unknown): string {
  if (failure instanceof CodedError) return failure.message;
  return 'Something went wrong in this window. Reload it; your agents keep running.';
}
