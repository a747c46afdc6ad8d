import { lstat, opendir, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { Clock } from '../../../../src-shared/clock.ts';
import type { FileMatch } from '../../../../src-shared/wire/agent.ts';
import { FILE_LISTING_TIMEOUT_MS, MAX_LISTED_DEPTH, MAX_LISTED_FILES } from '../../limits.ts';
import { readFilePart } from './file-part.ts';
import { IgnoreRules } from './ignore-rules.ts';

/** Rules of folders from the outermost in; the innermost that has something to say decides. */
interface Scope {
  readonly rules: IgnoreRules;
  /** Path of the entry's folder from the folder of the rules on. */
  readonly below: readonly string[];
}

/**
 * Files and folders below `root`, a real path, that git would not ignore, those of one folder by name, with `/` between the parts of a path. Symbolic links are
 * offered when they lead to something inside, and never walked through. `.git` is left out. What is above the limits of number, depth
 * and time is missing.
 */
export async function listFiles(root: string, clock: Clock, signal: AbortSignal): Promise<FileMatch[]> {
  const deadline = clock.now() + FILE_LISTING_TIMEOUT_MS;
  const found: FileMatch[] = [];
  let folders: { path: readonly string[]; scopes: readonly Scope[] }[] = [
    { path: [], scopes: await scopesAbove(root) },
  ];
  // Level by level, so that what is missing in the end is what lies deepest.
  for (let depth = 0; folders.length > 0 && depth < MAX_LISTED_DEPTH; depth++) {
    const next: typeof folders = [];
    for (const { path, scopes } of folders) {
      if (found.length >= MAX_LISTED_FILES || clock.now() > deadline || signal.aborted) return found;
      const inner = await withOwnRules(join(root, ...path), scopes);
      for (const { name, kind } of await entriesOf(root, path)) {
        if (found.length >= MAX_LISTED_FILES) return found;
        if (isIgnored(inner, name, kind === 'folder')) continue;
        const own = [...path, name];
        const shown = own.join('/');
        if (shown.length > 4096) continue;
        if (kind !== 'link') found.push({ path: shown, kind });
        else {
          const target = await linkTarget(root, join(root, ...own));
          if (target !== null) found.push({ path: shown, kind: target });
        }
        if (kind === 'folder')
          next.push({ path: own, scopes: inner.map(({ rules, below }) => ({ rules, below: [...below, name] })) });
      }
    }
    folders = next;
  }
  return found;
}

type Kind = 'file' | 'folder' | 'link';

async function entriesOf(root: string, path: readonly string[]): Promise<{ name: string; kind: Kind }[]> {
  const entries: { name: string; kind: Kind }[] = [];
  try {
    for await (const entry of await opendir(join(root, ...path), { bufferSize: 256 })) {
      const { name } = entry;
      // A name that is not UTF-8 cannot be told to a client and back; one with control characters could be taken for another.
      if (name === '.git' || UNTELLABLE.test(name)) continue;
      if (entry.isDirectory()) entries.push({ name, kind: 'folder' });
      else if (entry.isFile()) entries.push({ name, kind: 'file' });
      else if (entry.isSymbolicLink()) entries.push({ name, kind: 'link' });
    }
  } catch {
    // It went away, or may not be read: it has nothing to offer.
  }
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const UNTELLABLE = /[\p{Cc}\u2028-\u202e\u2066-\u2069\ufffd\\]/u;

function isIgnored(scopes: readonly Scope[], name: string, isFolder: boolean): boolean {
  for (let i = scopes.length - 1; i >= 0; i--) {
    const { rules, below } = scopes[i]!;
    const ignored = rules.ignores([...below, name], isFolder);
    if (ignored !== null) return ignored;
  }
  return false;
}

async function withOwnRules(folder: string, scopes: readonly Scope[]): Promise<readonly Scope[]> {
  const text = await readFilePart(join(folder, '.gitignore'), 0, MAX_IGNORE_BYTES);
  const rules = text === null ? null : new IgnoreRules(text.toString('utf8'));
  return rules === null || rules.empty ? scopes : [...scopes, { rules, below: [] }];
}

const MAX_IGNORE_BYTES = 256 * 1024;
const MAX_PARENTS = 64;

/** Rules of the repository that the folder lies in: those that only this clone has, and those of the folders above. */
async function scopesAbove(root: string): Promise<Scope[]> {
  const parents: string[] = [];
  for (let folder = root; parents.length < MAX_PARENTS; folder = dirname(folder)) {
    if (
      await lstat(join(folder, '.git')).then(
        () => true,
        () => false,
      )
    )
      return readAbove(root, folder, parents);
    parents.unshift(folder);
    if (dirname(folder) === folder) break;
  }
  return [];
}

async function readAbove(root: string, top: string, below: readonly string[]): Promise<Scope[]> {
  const scopes: Scope[] = [];
  const add = async (file: string, folder: string): Promise<void> => {
    const text = await readFilePart(file, 0, MAX_IGNORE_BYTES);
    const path = relative(folder, root)
      .split(sep)
      .filter((part) => part !== '');
    if (text !== null) scopes.push({ rules: new IgnoreRules(text.toString('utf8')), below: path });
  };
  await add(join(top, '.git', 'info', 'exclude'), top);
  for (const folder of [top, ...below]) if (folder !== root) await add(join(folder, '.gitignore'), folder);
  return scopes;
}

/** What a link leads to; null when that lies outside, or is neither file nor folder. */
async function linkTarget(root: string, path: string): Promise<'file' | 'folder' | null> {
  try {
    const target = await realpath(path);
    if (!target.startsWith(root === sep ? sep : root + sep)) return null;
    const stats = await stat(target);
    return stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : null;
  } catch {
    return null;
  }
}
