import { nativeImage } from 'electron';
import type { NativeImage } from 'electron';
import { type Badge, type Colour, drawMark } from './icon-drawing.ts';
import { encodePng } from './png.ts';
import type { TrayState } from './tray-state.ts';

/** The tray's icon for one state, drawn at the sizes that this system's trays use. */
export function trayImage(state: TrayState, platform: NodeJS.Platform = process.platform): NativeImage {
  const image = nativeImage.createEmpty();
  // macOS colours a template itself, to suit its bar; a badge must keep its colour.
  const template = platform === 'darwin' && LOOKS[state].badge === null;
  const { mark, badge } = LOOKS[state];
  const size = BASE_SIZES[platform] ?? 22;
  for (const scaleFactor of [1, 1.5, 2]) {
    const pixels = Math.round(size * scaleFactor);
    const drawn = drawMark(pixels, template ? [0, 0, 0, mark[3]] : mark, badge);
    image.addRepresentation({ scaleFactor, width: pixels, height: pixels, buffer: encodePng(pixels, drawn) });
  }
  if (template) image.setTemplateImage(true);
  return image;
}

const BASE_SIZES: Partial<Record<NodeJS.Platform, number>> = { win32: 16, darwin: 18 };

/** Reads on light and on dark bars: nobody tells an app which of the two it is on. */
const BLUE: Colour = [74, 134, 232, 255];
const FADED_BLUE: Colour = [74, 134, 232, 128];
const AMBER: Colour = [240, 160, 32, 255];
const RED: Colour = [226, 61, 53, 255];

const LOOKS: Readonly<Record<TrayState, { readonly mark: Colour; readonly badge: Badge | null }>> = {
  starting: { mark: FADED_BLUE, badge: null },
  ready: { mark: BLUE, badge: null },
  connected: { mark: BLUE, badge: null },
  'needs-you': { mark: BLUE, badge: { shape: 'dot', colour: AMBER } },
  offline: { mark: BLUE, badge: { shape: 'ring', colour: BLUE } },
  error: { mark: BLUE, badge: { shape: 'dot', colour: RED } },
};
