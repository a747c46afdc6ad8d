import { MAX_TRAY_LABEL_CHARS, MAX_TRAY_REQUEST_LINES } from './limits.ts';

/** One short line. Agents and devices name themselves: nothing invisible, and nothing that turns the reading direction. */
export function trayText(label: string): string {
  const plain = label.replace(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  const all = characters(plain);
  if (all.length <= MAX_TRAY_LABEL_CHARS) return plain;
  return `${all.slice(0, MAX_TRAY_LABEL_CHARS - 1).join('')}…`;
}

/** The whole text in lines of a menu; null when it has no room there, or holds something that a menu would not show. */
export function trayLines(text: string): string[] | null {
  if (/[^\S \n\t]|(?![\n\t])\p{C}/u.test(text)) return null;
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .flatMap(wrapped);
  return lines.length > MAX_TRAY_REQUEST_LINES ? null : lines;
}

function wrapped(line: string): string[] {
  const all = characters(line.replaceAll('\t', ' '));
  const lines: string[] = [];
  for (let at = 0; at < all.length; at += MAX_TRAY_LABEL_CHARS)
    lines.push(all.slice(at, at + MAX_TRAY_LABEL_CHARS).join(''));
  return lines;
}

/** As people count them. */
function characters(text: string): string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
