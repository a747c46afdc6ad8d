import type { Stats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { HomeError } from './home-error.ts';

/** Whether this process's user owns it; always true where files have no such owners. */
export function ownedByUs(stats: Stats): boolean {
  const user = process.geteuid?.();
  return user === undefined || stats.uid === user;
}

export function writableByOthers(stats: Stats): boolean {
  return process.geteuid !== undefined && (stats.mode & 0o022) !== 0;
}

/** Throws {@link HomeError} `not_owner` for what neither we nor root own. */
export function checkNotForeign(path: string, stats: Stats): void {
  if (ownedByUs(stats) || stats.uid === 0) return;
  throw new HomeError(
    'not_owner',
    `${path} belongs to user ${stats.uid}. Start Paseo as that user, or use a folder of your own.`,
  );
}

/**
 * Whoever may rename in the folder above could put another folder in our place. Sticky folders (/tmp) forbid that to others.
 * Throws {@link HomeError} `not_owner` or `too_open`.
 */
export async function checkParent(path: string): Promise<void> {
  if (process.geteuid === undefined) return;
  const parent = dirname(path);
  const stats = await stat(parent);
  checkNotForeign(parent, stats);
  if ((stats.mode & 0o002) === 0 || (stats.mode & 0o1000) !== 0) return;
  throw new HomeError(
    'too_open',
    `Every user can replace what is in ${parent}. Use a folder elsewhere, or run: chmod o-w ${parent}`,
  );
}
