import type { FileMatch } from '../../../../src-shared/wire/agent.ts';

/** Files of one folder, ready to be searched. */
export type Listing = readonly Indexed[];

interface Indexed {
  readonly file: FileMatch;
  /** Path in lower case. */
  readonly path: string;
  /** Where its last part begins. */
  readonly base: number;
}

/** Short paths first: within one rank they are offered in this order. Not by comparing: there may be a hundred thousand. */
export function indexed(files: readonly FileMatch[]): Listing {
  const byLength: Indexed[][] = [];
  for (const file of files) {
    const path = file.path.toLowerCase();
    (byLength[path.length] ??= []).push({ file, path, base: path.lastIndexOf('/') + 1 });
  }
  return byLength.flat();
}

/**
 * What was typed may be the beginning of a name or of a path, any part of a path, or letters of it in order: in this order of worth.
 * Nothing typed: what lies in the folder itself. Upper and lower case are alike.
 */
export function rankFiles(listing: Listing, query: string, limit: number): FileMatch[] {
  const text = query.toLowerCase().replace(/^\.\//, '');
  if (text === '') return inFolder(listing).slice(0, limit);
  const ranks: FileMatch[][] = [[], [], [], []];
  for (const one of listing) {
    const rank = rankOf(one, text);
    const found = rank === null ? undefined : ranks[rank];
    if (found !== undefined && found.length < limit) found.push(one.file);
    if (ranks[0]!.length >= limit) break;
  }
  return ranks.flat().slice(0, limit);
}

/** What lies in the folder itself: folders first, then by name. */
function inFolder(listing: Listing): FileMatch[] {
  const here = listing.filter(({ base }) => base === 0).map(({ file }) => file);
  return here.sort((a, b) => Number(b.kind === 'folder') - Number(a.kind === 'folder') || (a.path < b.path ? -1 : 1));
}

function rankOf({ path, base }: Indexed, text: string): 0 | 1 | 2 | 3 | null {
  if (path.startsWith(text, base) || path.startsWith(text)) return base === 0 || path.startsWith(text, base) ? 0 : 1;
  if (path.includes(text)) return 2;
  return hasInOrder(path, text) ? 3 : null;
}

function hasInOrder(path: string, text: string): boolean {
  let at = 0;
  for (const char of text) {
    at = path.indexOf(char, at) + char.length;
    if (at < char.length) return false;
  }
  return true;
}
