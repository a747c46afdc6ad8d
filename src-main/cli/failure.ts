import { CommanderError } from 'commander';
import { CodedError } from '../../src-shared/coded-error.ts';

/** What is said of an error: its code and the fix. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function failureOf(error: unknown): Failure {
  if (error instanceof CommanderError) return { code: 'usage', message: usageMessage(error.message) };
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (code !== undefined) return { code, message };
  return { code: 'internal', message: `Something went wrong in this program: ${message}` };
}

/** The code of an error of ours. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof CodedError ? String(error.code) : undefined;
}

function usageMessage(message: string): string {
  const sentence = message.replace(/^error: /, '').replaceAll('\n', ' ');
  return `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}${/[.?)]$/.test(sentence) ? '' : '.'} See --help.`;
}
