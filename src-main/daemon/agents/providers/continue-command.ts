import { shellWord } from '../../../platform/shell-word.ts';

/**
 * A line for the terminal that starts `words` in the folder `cwd`: POSIX shells, or cmd.exe on Windows. null for words that
 * cmd.exe cannot be given safely.
 */
export function continueCommand(
  cwd: string,
  words: readonly string[],
  platform: NodeJS.Platform = process.platform,
): string | null {
  if (platform !== 'win32') return `cd ${[shellWord(cwd), '&&', ...words.map(shellWord)].join(' ')}`;
  const quoted = [cwd, ...words].map((word) => (/^[\w.:\\/-]+$/.test(word) ? word : `"${word}"`));
  // cmd.exe knows no way to quote these.
  if ([cwd, ...words].some((word) => /["%!^\r\n]/.test(word))) return null;
  return `cd /d ${[quoted[0], '&&', ...quoted.slice(1)].join(' ')}`;
}
