import type { Page } from '@playwright/test';
import jsQR from 'jsqr';

/** Reads the QR code that a screenshot (PNG) shows. `page` is any page: its canvas decodes the picture. */
export async function readQrCode(page: Page, screenshot: Buffer): Promise<string> {
  const { width, height, pixels } = await page.evaluate(
    async (png) => {
      const image = await createImageBitmap(await (await fetch(png)).blob());
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      if (context === null) throw new Error('no canvas');
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      return { width: image.width, height: image.height, pixels: [...data] };
    },
    `data:image/png;base64,${screenshot.toString('base64')}`,
  );
  const code = jsQR(Uint8ClampedArray.from(pixels), width, height);
  if (code === null) throw new Error('the screenshot shows no QR code that can be read');
  return code.data;
}
