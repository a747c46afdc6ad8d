/**
 * The type under which a file is shown: an image only when its bytes say so, whatever is claimed; else what is claimed, when it has
 * the form of a type and is nothing that a browser would run.
 */
export function shownType(head: Uint8Array, claimed: string): string {
  const image = imageType(head);
  if (image !== null) return image;
  const type = claimed.toLowerCase().split(';', 1)[0]!.trim();
  const form = type.length <= 128 && /^[a-z]+\/[a-z0-9][a-z0-9.+-]*$/.test(type);
  return form && !type.startsWith('image/') && !ACTIVE.has(type) ? type : 'application/octet-stream';
}

/** The type of an image by its first bytes, for the four that every client can show; null for everything else. */
function imageType(bytes: Uint8Array): 'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | null {
  if (begins(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) return 'image/png';
  if (begins(bytes, [0xff, 0xd8, 0xff])) return 'image/jpeg';
  if (begins(bytes, [0x47, 0x49, 0x46, 0x38])) return 'image/gif';
  if (begins(bytes, [0x52, 0x49, 0x46, 0x46]) && begins(bytes.subarray(8), [0x57, 0x45, 0x42, 0x50]))
    return 'image/webp';
  return null;
}

const ACTIVE: ReadonlySet<string> = new Set(['text/html', 'application/xhtml+xml', 'text/xml', 'application/xml']);

function begins(bytes: Uint8Array, magic: readonly number[]): boolean {
  return magic.every((byte, at) => bytes[at] === byte);
}
