import { expect, it } from 'vitest';
import { fitWithin, renamed } from './shrink-image.ts';

it('keeps proportions, and never enlarges', () => {
  expect(fitWithin({ width: 4000, height: 2000 }, 1568)).toEqual({ width: 1568, height: 784 });
  expect(fitWithin({ width: 100, height: 3136 }, 1568)).toEqual({ width: 50, height: 1568 });
  expect(fitWithin({ width: 300, height: 200 }, 1568)).toEqual({ width: 300, height: 200 });
  expect(fitWithin({ width: 10_000, height: 1 }, 1568)).toEqual({ width: 1568, height: 1 });
});

it('gives a picture of another kind its ending', () => {
  expect(renamed('scan.bmp', 'image/jpeg')).toBe('scan.jpg');
  expect(renamed('Screenshot 10.30.webp', 'image/png')).toBe('Screenshot 10.30.png');
  expect(renamed('photo', 'image/jpeg')).toBe('photo.jpg');
});
