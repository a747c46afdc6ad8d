/** Straight red, green, blue and alpha, 0–255 each. */
export type Colour = readonly [red: number, green: number, blue: number, alpha: number];

export interface Badge {
  readonly shape: 'dot' | 'ring';
  readonly colour: Colour;
}

/** Draws the mark, a "P" that is a path and where it leads, with an optional badge at its corner. RGBA, `size` × `size` pixels. */
export function drawMark(size: number, mark: Colour, badge: Badge | null = null): Uint8Array {
  return paint(size, (x, y) => {
    if (badge !== null) {
      const distance = Math.hypot(x - BADGE_CENTRE, y - BADGE_CENTRE);
      if (distance <= BADGE_RADIUS && (badge.shape === 'dot' || distance >= RING_RADIUS)) return badge.colour;
    }
    return inMark(x, y) ? mark : null;
  });
}

/** Draws the app's icon: the mark on a rounded tile. RGBA, `size` × `size` pixels. */
export function drawAppIcon(size: number, tile: Colour, mark: Colour): Uint8Array {
  return paint(size, (x, y) => {
    if (!inRoundedSquare(x, y)) return null;
    const [markX, markY] = [GRID / 2 + (x - GRID / 2) / TILE_MARK, GRID / 2 + (y - GRID / 2) / TILE_MARK];
    return inMark(markX - TILE_SHIFT, markY) ? mark : tile;
  });
}

/** Everything is drawn on a grid of 16 × 16 units. */
const GRID = 16;
/** Samples per pixel and direction. */
const SAMPLES = 4;

const STEM = { left: 3, right: 5.6, top: 1.4, bottom: 14.6 };
const BOWL = { x: 8, y: 6, outer: 4.6, inner: 2.1 };

/** Clear of the bowl, so that the mark stays whole. */
const BADGE_CENTRE = 12.9;
const BADGE_RADIUS = 3;
const RING_RADIUS = 1.4;

const TILE_INSET = 0.5;
const TILE_RADIUS = 3.6;
const TILE_MARK = 0.66;
/** The P is heavier on its left. */
const TILE_SHIFT = 0.2;

function inMark(x: number, y: number): boolean {
  const half = (STEM.right - STEM.left) / 2;
  const middle = STEM.left + half;
  const end = Math.min(Math.max(y, STEM.top + half), STEM.bottom - half);
  if (Math.hypot(x - middle, y - end) <= half) return true;
  const distance = Math.hypot(x - BOWL.x, y - BOWL.y);
  return distance <= BOWL.outer && distance >= BOWL.inner;
}

function inRoundedSquare(x: number, y: number): boolean {
  const far = (value: number): number =>
    Math.max(Math.abs(value - GRID / 2) - (GRID / 2 - TILE_INSET - TILE_RADIUS), 0);
  return Math.hypot(far(x), far(y)) <= TILE_RADIUS;
}

function paint(size: number, colourAt: (x: number, y: number) => Colour | null): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  const step = GRID / size / SAMPLES;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0, 0] as [number, number, number, number];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = (column * SAMPLES + (sample % SAMPLES) + 0.5) * step;
        const y = (row * SAMPLES + Math.floor(sample / SAMPLES) + 0.5) * step;
        const [red, green, blue, alpha] = colourAt(x, y) ?? [0, 0, 0, 0];
        sum[0] += red * alpha;
        sum[1] += green * alpha;
        sum[2] += blue * alpha;
        sum[3] += alpha;
      }
      const visible = Math.max(sum[3], 1);
      const pixel = [sum[0] / visible, sum[1] / visible, sum[2] / visible, sum[3] / (SAMPLES * SAMPLES)];
      pixels.set(pixel.map(Math.round), (row * size + column) * 4);
    }
  }
  return pixels;
}
