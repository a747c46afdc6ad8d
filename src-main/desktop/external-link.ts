/** A link that may leave the app for the person's browser or mail program, or null. */
export function externalLink(text: string): string | null {
  try {
    const url = new URL(text);
    const plain = url.username === '' && url.password === '';
    return plain && (url.protocol === 'https:' || url.protocol === 'mailto:') ? url.href : null;
  } catch {
    return null;
  }
}
