import { MAX_SENT_IMAGE_BYTES, MAX_SENT_IMAGE_SIDE } from '../../src-shared/limits.ts';

/** What models take as images. Anything else that the browser can draw is turned into one of them. */
const MODEL_IMAGES: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
/** Longest side of the small picture beside the message, in device pixels. */
const THUMBNAIL_SIDE = 128;
const JPEG_QUALITIES = [0.9, 0.8, 0.65, 0.5];

export interface PreparedFile {
  readonly blob: Blob;
  readonly name: string;
  readonly mimeType: string;
  /** A small picture of it; null for what is no picture. */
  readonly thumbnail: ImageBitmap | null;
}

/** A file as it is sent: a picture that a model would scale down anyway is scaled down here. Rejects only for unreadable files. */
export async function prepareFile(file: File): Promise<PreparedFile> {
  const plain = { blob: file, name: file.name, mimeType: file.type || 'application/octet-stream', thumbnail: null };
  if (!/^image\/(?!svg)/.test(file.type)) return plain;
  // A picture that this browser cannot draw goes as the file that it is.
  const picture = await createImageBitmap(file).catch(() => null);
  if (picture === null) return plain;
  try {
    const thumbnail = await createImageBitmap(draw(picture, fitWithin(picture, THUMBNAIL_SIDE), null));
    if (fits(file, picture)) return { ...plain, thumbnail };
    const blob = await scaledDown(file, picture);
    return { blob, name: renamed(file.name, blob.type), mimeType: blob.type, thumbnail };
  } finally {
    picture.close();
  }
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The size with its proportions kept and no side above `side`; never enlarged, never below one pixel. */
export function fitWithin({ width, height }: Size, side: number): Size {
  const factor = Math.min(1, side / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * factor)), height: Math.max(1, Math.round(height * factor)) };
}

/** The name with the ending of its new kind: `scan.bmp` becomes `scan.jpg`. */
export function renamed(name: string, mimeType: string): string {
  const ending = mimeType === 'image/png' ? 'png' : 'jpg';
  return /\.[A-Za-z0-9]{1,5}$/.test(name) ? name.replace(/\.[A-Za-z0-9]{1,5}$/, `.${ending}`) : `${name}.${ending}`;
}

function fits(file: File, picture: Size): boolean {
  const { width, height } = fitWithin(picture, MAX_SENT_IMAGE_SIDE);
  return (
    MODEL_IMAGES.has(file.type) &&
    file.size <= MAX_SENT_IMAGE_BYTES &&
    width === picture.width &&
    height === picture.height
  );
}

async function scaledDown(file: File, picture: ImageBitmap): Promise<Blob> {
  const size = fitWithin(picture, MAX_SENT_IMAGE_SIDE);
  if (file.type !== 'image/jpeg') {
    // Screenshots stay sharp as PNG, and what is transparent stays so.
    const png = await encoded(draw(picture, size, null), 'image/png');
    if (png.size <= MAX_SENT_IMAGE_BYTES) return png;
  }
  const canvas = draw(picture, size, 'white');
  let blob = await encoded(canvas, 'image/jpeg', JPEG_QUALITIES[0]);
  for (const quality of JPEG_QUALITIES.slice(1)) {
    if (blob.size <= MAX_SENT_IMAGE_BYTES) break;
    blob = await encoded(canvas, 'image/jpeg', quality);
  }
  return blob;
}

function draw(picture: ImageBitmap, { width, height }: Size, ground: string | null): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('this browser gives no canvas');
  if (ground !== null) {
    context.fillStyle = ground;
    context.fillRect(0, 0, width, height);
  }
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, width, height);
  return canvas;
}

function encoded(canvas: HTMLCanvasElement, type: string, quality?: number): Promise<Blob> {
  return new Promise((resolve, reject) =>
    canvas.toBlob(
      (blob) => (blob === null ? reject(new Error('the picture could not be encoded')) : resolve(blob)),
      type,
      quality,
    ),
  );
}
