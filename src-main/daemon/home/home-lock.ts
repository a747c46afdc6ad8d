import { randomBytes } from 'node:crypto';
import { link, rename, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FileError, readPrivateFile, removeTemporaries, writeFileAtomic } from '../../platform/atomic-file.ts';
import { socketAnswers } from '../../platform/socket-answers.ts';
import { systemErrorCode } from '../../platform/system-error.ts';
import { Timestamp } from '../../../src-shared/ids.ts';
import { HomeError } from './home-error.ts';
import type { PaseoHome } from './paseo-home.ts';
import { processStart, stillRuns } from '../../platform/process-start.ts';

const LOCK_FORMAT = 'paseo-lock';

const LockFile = z.looseObject({
  format: z.literal(LOCK_FORMAT),
  version: z.literal(1),
  /** Random name of this ownership. */
  id: z.string().regex(/^[0-9a-f]{32}$/),
  pid: z.int().min(1),
  /** See {@link processStart}. */
  start: z.string().nullable(),
  kind: z.enum(['tray', 'headless']),
  since: Timestamp,
  socket: z.string(),
});
type LockFile = z.infer<typeof LockFile>;

/** Who owns a home: shown to a person, and enough to attach to it. */
type HomeOwner = Pick<LockFile, 'pid' | 'kind' | 'since' | 'socket'>;

export class HomeLockedError extends HomeError {
  readonly owner: HomeOwner;

  constructor(home: string, owner: HomeOwner) {
    const what = owner.kind === 'tray' ? 'the Paseo app' : 'a Paseo daemon without a window';
    super(
      'locked',
      `${home} is in use by ${what} (process ${owner.pid}, since ${owner.since}). Use that one, stop it with ` +
        '"paseo daemon stop", or set PASEO_HOME to another folder.',
    );
    this.owner = owner;
  }
}

interface HomeLock {
  /** Idempotent. */
  release(): Promise<void>;
}

/**
 * Makes this process the only owner of the home. A lock whose process is gone (killed, or its number reused) is taken over.
 * `socket` is where this daemon is going to listen: an owner whose socket answers counts as alive wherever it runs (its process
 * may not be visible from here, in a container for one). Throws {@link HomeLockedError}.
 */
export async function lockHome(
  home: PaseoHome,
  info: { readonly kind: HomeOwner['kind']; readonly socket: string },
): Promise<HomeLock> {
  const mine: LockFile = {
    format: LOCK_FORMAT,
    version: 1,
    id: randomBytes(16).toString('hex'),
    pid: process.pid,
    start: await processStart(process.pid),
    kind: info.kind,
    since: new Date().toISOString(),
    socket: info.socket,
  };
  const path = home.file('daemon.lock');
  await acquire(home.path, path, mine);
  await removeTemporaries(home.path);
  let released: Promise<void> | null = null;
  return { release: () => (released ??= release(path, mine)) };
}

/**
 * A lock file appears whole (a hard link to a file written before), so it is never read half-written. To take over a dead one,
 * a process must first own a second lock that carries the dead one's id in its name, then look again, then replace it in one
 * step: two processes that saw the same dead owner cannot both win, and a process that dies in between is taken over likewise.
 */
/** Who owns the home at this path now; null when nobody does. */
export async function homeOwner(home: string): Promise<HomeOwner | null> {
  const owner = await readLock(join(home, 'daemon.lock'));
  return owner !== null && (await alive(owner)) ? owner : null;
}

async function acquire(home: string, path: string, mine: LockFile): Promise<void> {
  const draft = `${path}.${randomBytes(8).toString('hex')}.draft`;
  await writeFileAtomic(draft, JSON.stringify(mine), { mode: 0o600 });
  try {
    for (;;) {
      if (await linked(draft, path)) return;
      const owner = await readLock(path);
      if (owner === null) continue; // released just now
      if (await alive(owner)) throw new HomeLockedError(home, owner);
      const takeover = `${path}.${owner.id}`;
      await acquire(home, takeover, { ...mine, id: randomBytes(16).toString('hex') });
      try {
        if ((await readLock(path))?.id !== owner.id) continue;
        await rename(draft, path);
        return;
      } finally {
        await unlink(takeover);
      }
    }
  } finally {
    await unlink(draft).catch(() => undefined);
  }
}

async function release(path: string, mine: LockFile): Promise<void> {
  const owner = await readLock(path).catch(() => null);
  if (owner?.id === mine.id) await unlink(path);
}

async function linked(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

async function readLock(path: string): Promise<LockFile | null> {
  let text: string;
  try {
    text = await readPrivateFile(path, { allowSecondName: true });
  } catch (error) {
    if (error instanceof FileError && error.code === 'missing') return null;
    throw error;
  }
  try {
    return LockFile.parse(JSON.parse(text));
  } catch (cause) {
    throw new HomeError(
      'corrupt',
      `${path} is not a lock of this program. Make sure that no Paseo runs on this home, then delete that file.`,
      { cause },
    );
  }
}

async function alive(owner: LockFile): Promise<boolean> {
  return (await stillRuns(owner.pid, owner.start)) || (await socketAnswers(owner.socket));
}
