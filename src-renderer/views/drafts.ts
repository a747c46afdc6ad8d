/** Unsent text, kept while the tab lives so that changing views loses nothing. Never written to disk by us. */
const drafts = new Map<string, string>();

export function readDraft(key: string): string {
  return drafts.get(key) ?? '';
}

export function writeDraft(key: string, text: string): void {
  if (text === '') drafts.delete(key);
  else drafts.set(key, text);
}
