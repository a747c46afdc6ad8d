import type { Page } from '@playwright/test';

/** Pastes a picture of that size into the field that has the focus, as a screenshot tool leaves it in the clipboard. */
export async function pasteImage(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.evaluate(async ({ width, height }) => {
    const canvas = document.createElement('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d')!;
    context.fillStyle = 'teal';
    context.fillRect(0, 0, width, height);
    context.fillStyle = 'orange';
    context.fillRect(width / 4, height / 4, width / 2, height / 2);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([blob!], 'image.png', { type: 'image/png' }));
    const paste = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement!.dispatchEvent(paste);
  }, size);
}
