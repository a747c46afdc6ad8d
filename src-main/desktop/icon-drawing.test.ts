import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { drawAppIcon, drawMark } from './icon-drawing.ts';
import { encodePng } from './png.ts';

const BLUE = [37, 95, 194, 255] as const;
const WHITE = [255, 255, 255, 255] as const;
const AMBER = [240, 160, 32, 255] as const;
const APP_SIZES = [16, 24, 32, 48, 64, 128, 256, 512];

describe('the mark', () => {
  test('fills its stem and leaves the middle of its bowl and its corner empty, also at 16 pixels', () => {
    const pixels = drawMark(16, BLUE);
    expect(pixelAt(pixels, 16, 4, 8)).toEqual([...BLUE]);
    expect(pixelAt(pixels, 16, 8, 5)[3]).toBe(0);
    expect(pixelAt(pixels, 16, 15, 15)[3]).toBe(0);
  });

  test('carries a dot or a ring at its corner, and stays whole', () => {
    const bare = drawMark(32, BLUE);
    const dot = drawMark(32, BLUE, { shape: 'dot', colour: AMBER });
    const ring = drawMark(32, BLUE, { shape: 'ring', colour: AMBER });
    expect(pixelAt(dot, 32, 25, 25)).toEqual([...AMBER]);
    expect(pixelAt(ring, 32, 25, 25)[3]).toBe(0);
    expect(pixelAt(ring, 32, 30, 25)).toEqual([...AMBER]);
    for (let at = 0; at < bare.length; at += 4)
      if (bare[at + 3] !== 0) expect(dot.subarray(at, at + 4)).toEqual(bare.subarray(at, at + 4));
  });
});

describe('the committed app icons', () => {
  // To make them anew after a change of the drawing: PASEO_WRITE_ICONS=1 npx vitest run src-main/desktop/icon-drawing.test.ts
  test.each(APP_SIZES)('hold what is drawn, at %i pixels', (size) => {
    const file = new URL(`icons/app/${size}x${size}.png`, import.meta.url);
    const drawn = drawAppIcon(size, BLUE, WHITE);
    if (process.env['PASEO_WRITE_ICONS']) {
      mkdirSync(new URL('.', file), { recursive: true });
      writeFileSync(file, encodePng(size, drawn));
    }
    expect(Buffer.compare(rgbaOf(readFileSync(file)), Buffer.from(drawn))).toBe(0);
  });
});

function pixelAt(rgba: Uint8Array, size: number, x: number, y: number): number[] {
  return [...rgba.subarray((y * size + x) * 4, (y * size + x) * 4 + 4)];
}

/** Of a PNG as {@link encodePng} makes them: one IDAT chunk of unfiltered rows after a signature and a header of 33 bytes. */
function rgbaOf(png: Buffer): Buffer {
  const size = png.readUInt32BE(16);
  expect(png.toString('latin1', 37, 41)).toBe('IDAT');
  const rows = inflateSync(png.subarray(41, 41 + png.readUInt32BE(33)));
  const row = (index: number): Buffer => rows.subarray(index * (size * 4 + 1) + 1, (index + 1) * (size * 4 + 1));
  return Buffer.concat(Array.from({ length: size }, (_, index) => row(index)));
}
