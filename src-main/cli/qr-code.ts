import { create } from 'qrcode';

/**
 * A QR code as text: two modules per character, one above the other, black on white whatever the terminal's colours are. Without
 * a final line break.
 */
export function qrCode(text: string): { readonly lines: string; readonly columns: number } {
  const { modules } = create(text, { errorCorrectionLevel: 'L' });
  const size = modules.size + 2 * QUIET;
  const dark = (row: number, column: number): boolean => {
    const [y, x] = [row - QUIET, column - QUIET];
    return y >= 0 && x >= 0 && y < modules.size && x < modules.size && modules.get(y, x) === 1;
  };
  const lines: string[] = [];
  for (let row = 0; row < size; row += 2) {
    let line = '';
    for (let column = 0; column < size; column++)
      line += HALVES[dark(row, column) ? 1 : 0][dark(row + 1, column) ? 1 : 0];
    lines.push(`${BLACK_ON_WHITE}${line}${RESET}`);
  }
  return { lines: lines.join('\n'), columns: size };
}

/** Modules of white around it. The standard asks for 4; scanners do with 2, and a terminal has few columns. */
const QUIET = 2;
/** By the upper and the lower module. */
const HALVES = [
  [' ', '\u2584'],
  ['\u2580', '\u2588'],
] as const;
/** Of the 256 colours, since terminals draw their 8 basic ones in any shade. */
const BLACK_ON_WHITE = '\u001b[38;5;16m\u001b[48;5;231m';
const RESET = '\u001b[0m';
