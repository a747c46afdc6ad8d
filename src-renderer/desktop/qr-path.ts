import { create } from 'qrcode';

/** Modules of free space that readers need around a code (ISO/IEC 18004). */
const QUIET_ZONE = 4;

/** A QR code as one SVG path of unit squares, with its quiet zone. `size` is the side in modules. */
export function qrPath(text: string): { size: number; path: string } {
  // The lowest correction level gives the largest modules, which matters more for a clean screen.
  const { modules } = create(text, { errorCorrectionLevel: 'L' });
  const rows: string[] = [];
  for (let y = 0; y < modules.size; y++)
    for (let x = 0; x < modules.size; x++) {
      if (!modules.get(y, x)) continue;
      const start = x;
      while (x + 1 < modules.size && modules.get(y, x + 1)) x++;
      rows.push(`M${start + QUIET_ZONE} ${y + QUIET_ZONE}h${x - start + 1}v1h${start - x - 1}z`);
    }
  return { size: modules.size + 2 * QUIET_ZONE, path: rows.join('') };
}
