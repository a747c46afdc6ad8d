import { basename } from 'node:path';

const MAX_TITLE_CHARS = 80;

/** One line for lists out of a prompt, or of what an agent calls its session. */
export function titleOf(text: string): string {
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]+/g, '\n');
  const line = plain.split('\n').find((one) => one.trim() !== '') ?? 'Untitled';
  const characters = Array.from(line.trim().replace(/\s+/g, ' '));
  return characters.length <= MAX_TITLE_CHARS
    ? characters.join('')
    : `${characters.slice(0, MAX_TITLE_CHARS - 1).join('')}…`;
}

/** What an agent is called until it is told something. */
export function folderTitle(cwd: string): string {
  return titleOf(basename(cwd) || cwd);
}
