import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../../src-shared/clock.ts';
import { CodedError } from '../../../src-shared/coded-error.ts';
import { DeviceId } from '../../../src-shared/ids.ts';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS } from '../../../src-shared/limits.ts';
import { MAX_DEVICES, REVOKED_DEVICES_REMEMBERED } from '../limits.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import { FileError, readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
import type { Logger } from '../../platform/logger.ts';
import { systemErrorCode } from '../../platform/system-error.ts';
import { StoredDevice } from './device-record.ts';

const DevicesFile = z.strictObject({
  format: z.literal('paseo-devices'),
  version: z.literal(1),
  devices: z.array(StoredDevice).max(MAX_DEVICES),
});

/** Keeps an old copy of the device list from letting revoked devices back in. */
const RevokedFile = z.strictObject({
  format: z.literal('paseo-revoked-devices'),
  version: z.literal(1),
  ids: z.array(DeviceId).max(REVOKED_DEVICES_REMEMBERED),
});

export interface DeviceList {
  readonly devices: readonly StoredDevice[];
  /** Ids of revoked devices, oldest first. */
  readonly revoked: readonly string[];
}

/** Same contract as `writeFileAtomic`. */
export type WriteFile = (path: string, data: string, options: { mode: number }) => Promise<void>;

export interface DeviceStoreOptions {
  readonly directory: string;
  /** What shall be on disk now. */
  readonly wanted: () => DeviceList;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly writeFile?: WriteFile;
}

/** `corrupt`, `newer_version`: nothing was changed. `not_saved`: memory is right, the disk is not yet. */
export class DeviceStoreError extends CodedError<'corrupt' | 'newer_version' | 'not_saved'> {}

/**
 * Reads `devices.json` and `revoked-devices.json`; absent files are empty lists. Throws `DeviceStoreError`, or `FileError` when a
 * file is not a private file of this user.
 */
export async function readDeviceList(directory: string): Promise<DeviceList> {
  const list = await readJson(join(directory, 'devices.json'), DevicesFile);
  const tombs = await readJson(join(directory, 'revoked-devices.json'), RevokedFile);
  const devices = list?.devices ?? [];
  for (const field of ['id', 'publicKey', 'token'] as const)
    if (new Set(devices.map((device) => device[field])).size < devices.length)
      throw corrupt(join(directory, 'devices.json'), `two devices have the same ${field}`);
  return { devices, revoked: tombs?.ids ?? [] };
}

/** Writes the device list, one atomic write after the other; while the disk refuses, it tries again and says so. */
export class DeviceStore {
  readonly #options: DeviceStoreOptions;
  readonly #notSaved = new Watched<string | null>(null);
  /** What each file is known to hold; unknown after a failure. */
  readonly #onDisk = new Map<string, string>();
  #next: Promise<void> | null = null;
  #last: Promise<void> = Promise.resolve();
  #cancelRetry: (() => void) | null = null;
  #retryMs = BACKOFF_MIN_MS;
  #stopped = false;

  constructor(options: DeviceStoreOptions) {
    this.#options = options;
  }

  /** A sentence for people while something that changed is not on disk. */
  get notSaved(): Watchable<string | null> {
    return this.#notSaved;
  }

  /**
   * Resolves when a write that began after this call has what is wanted on disk. Rejects with `not_saved` when that write failed;
   * it is tried again in the background all the same.
   */
  save(): Promise<void> {
    return (this.#next ??= this.#enqueue());
  }

  /** One last attempt if anything is not saved yet; never rejects. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    await this.#last;
    if (this.#notSaved.get() !== null) await this.save().catch(() => undefined);
  }

  #enqueue(): Promise<void> {
    const write = this.#last.then(() => {
      this.#next = null;
      return this.#write();
    });
    this.#last = write.catch(() => undefined);
    return write;
  }

  async #write(): Promise<void> {
    const { directory, wanted } = this.#options;
    const { devices, revoked } = wanted();
    try {
      // The ids first: a crash in between leaves a device that both files agree to keep out.
      await this.#replace(join(directory, 'revoked-devices.json'), {
        format: 'paseo-revoked-devices',
        version: 1,
        ids: revoked.slice(-REVOKED_DEVICES_REMEMBERED),
      });
      await this.#replace(join(directory, 'devices.json'), {
        format: 'paseo-devices',
        version: 1,
        devices: devices.map((device) => ({ ...device })),
      });
    } catch (cause) {
      throw this.#failed(cause);
    }
    this.#cancelRetry?.();
    this.#cancelRetry = null;
    this.#retryMs = BACKOFF_MIN_MS;
    if (this.#notSaved.get() !== null) this.#notSaved.set(null);
  }

  async #replace(path: string, content: z.infer<typeof DevicesFile> | z.infer<typeof RevokedFile>): Promise<void> {
    const text = `${JSON.stringify(content, null, 2)}\n`;
    if (this.#onDisk.get(path) === text) return;
    this.#onDisk.delete(path);
    await (this.#options.writeFile ?? writeFileAtomic)(path, text, { mode: 0o600 });
    this.#onDisk.set(path, text);
  }

  #failed(cause: unknown): DeviceStoreError {
    const { clock, directory, logger } = this.#options;
    const why = systemErrorCode(cause) ?? 'unknown error';
    const message = `The device list is not yet saved (${why}). Make room and check that ${directory} is writable; Paseo keeps trying.`;
    logger.error({ code: 'not_saved', error: why }, 'the device list could not be saved');
    if (this.#notSaved.get() !== message) this.#notSaved.set(message);
    if (!this.#stopped && this.#cancelRetry === null) {
      this.#cancelRetry = clock.after(this.#retryMs, () => {
        this.#cancelRetry = null;
        void this.save().catch(() => undefined);
      });
      this.#retryMs = Math.min(this.#retryMs * 2, BACKOFF_MAX_MS);
    }
    return new DeviceStoreError('not_saved', message, { cause });
  }
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  let json: unknown;
  try {
    json = JSON.parse(await readPrivateFile(path));
  } catch (cause) {
    if (cause instanceof FileError && cause.code === 'missing') return null;
    if (cause instanceof SyntaxError) throw corrupt(path, 'it is not JSON', cause);
    throw cause;
  }
  const version = z.looseObject({ version: z.int() }).safeParse(json);
  if (version.success && version.data.version > 1)
    throw new DeviceStoreError(
      'newer_version',
      `${path} was written by a newer Paseo. Update Paseo, or set PASEO_HOME to another folder.`,
    );
  const parsed = schema.safeParse(json);
  // Which field is wrong is safe to say; what stands there may be a key.
  if (!parsed.success) throw corrupt(path, `unexpected ${parsed.error.issues[0]?.path.join('.') || 'content'}`);
  return parsed.data;
}

function corrupt(path: string, why: string, cause?: unknown): DeviceStoreError {
  return new DeviceStoreError(
    'corrupt',
    `${path} is damaged (${why}). Restore it from a backup, or move it away: every device must then be paired again.`,
    { cause },
  );
}
