import jsQR from 'jsqr';
import { expect, it } from 'vitest';
import { qrPath } from './qr-path.ts';

it('draws a code that readers read, with a quiet zone', () => {
  const link = `http://192.168.1.20:6767/#offer=${'eyJ2ZXJzaW9uIjox'.repeat(40)}`;
  const { size, path } = qrPath(link);
  const scale = 3;
  const side = size * scale;
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255);
  for (const [, x = '', y = '', width = ''] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g))
    for (let dy = 0; dy < scale; dy++)
      for (let dx = 0; dx < Number(width) * scale; dx++) {
        const at = ((Number(y) * scale + dy) * side + Number(x) * scale + dx) * 4;
        pixels.fill(0, at, at + 3);
      }
  expect(jsQR(pixels, side, side)?.data).toBe(link);
  expect(path).toMatch(/^M4 4h7v1/);
});
