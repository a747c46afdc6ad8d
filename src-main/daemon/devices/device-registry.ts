import { toBase32, toBase64url } from '../../../src-shared/bytes.ts';
import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import { systemClock } from '../../../src-shared/clock.ts';
import { CodedError } from '../../../src-shared/coded-error.ts';
import type { CryptoProvider } from '../../../src-shared/crypto/crypto-provider.ts';
import type { ClientHello, Device, Role } from '../../../src-shared/devices.ts';
import {
  LAST_SEEN_SAVE_MS,
  MAX_DEVICES,
  PENDING_CHECK_MS,
  PENDING_DEVICE_MS,
  REVOKED_DEVICES_REMEMBERED,
} from '../limits.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type { Logger } from '../../platform/logger.ts';
import { DeviceConnections } from './device-connections.ts';
import { deviceRecord, deviceTokenHash, publicView } from './device-record.ts';
import type { DeviceRecord } from './device-record.ts';
import { DeviceStore, readDeviceList } from './device-store.ts';
import type { DeviceList, WriteFile } from './device-store.ts';

export interface DeviceRegistryOptions {
  readonly provider: CryptoProvider;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** Wall clock, milliseconds since 1970. */
  readonly wallNow?: () => number;
  readonly writeFile?: WriteFile;
}

export interface NewDevice {
  /** X25519, 32 bytes, proven by a finished handshake. */
  readonly publicKey: Uint8Array;
  readonly hello: ClientHello;
  readonly role: Role;
}

export class DeviceError extends CodedError<'too_many' | 'not_found' | 'busy'> {}

/** The paired devices: memory decides at once, `devices.json` follows. */
export class DeviceRegistry {
  readonly #provider: CryptoProvider;
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #wallNow: () => number;
  readonly #store: DeviceStore;
  readonly #connections = new DeviceConnections((id) => this.#seen(id));
  readonly #records = new Map<string, DeviceRecord>();
  readonly #byKey = new Map<string, string>();
  readonly #byTokenHash = new Map<string, string>();
  /** On their way to the disk, not yet known to handshakes. */
  readonly #arriving = new Set<DeviceRecord>();
  #revoked: readonly string[];
  readonly #changes: Watched<Device[]>;
  readonly #tokens = new Watched<readonly string[]>([]);
  readonly #onRevoked = new Set<(deviceId: string) => void>();
  #cancelSeenSave: (() => void) | null = null;
  #cancelSweep: () => void;
  #stopped = false;

  /** Throws `DeviceStoreError` or `FileError`, with advice, when the files are not as they must be. */
  static async open(home: { readonly path: string }, options: DeviceRegistryOptions): Promise<DeviceRegistry> {
    const list = await readDeviceList(home.path);
    const registry = new DeviceRegistry(home.path, list, options);
    if (registry.#records.size < list.devices.length) await registry.#store.save().catch(() => undefined);
    return registry;
  }

  private constructor(directory: string, list: DeviceList, options: DeviceRegistryOptions) {
    this.#provider = options.provider;
    this.#logger = options.logger;
    this.#clock = options.clock ?? systemClock;
    this.#wallNow = options.wallNow ?? Date.now;
    this.#revoked = list.revoked;
    this.#store = new DeviceStore({
      directory,
      clock: this.#clock,
      logger: options.logger,
      wanted: () => ({ devices: [...this.#records.values(), ...this.#arriving], revoked: this.#revoked }),
      ...(options.writeFile ? { writeFile: options.writeFile } : {}),
    });
    const revoked = new Set(list.revoked);
    for (const stored of list.devices) {
      if (revoked.has(stored.id))
        this.#logger.warn({ deviceId: stored.id }, 'the device list is an old copy: a revoked device stays locked out');
      else if (!this.#isLate(stored)) this.#put(deviceRecord(stored));
    }
    this.#changes = new Watched(this.list());
    this.#tokens.set(this.tokenHashes());
    this.#cancelSweep = this.#clock.after(PENDING_CHECK_MS, () => this.#sweep());
  }

  get changes(): Watchable<Device[]> {
    return this.#changes;
  }

  /** SHA-256 of each device's join token, lower-case hex, for the relay. */
  get tokens(): Watchable<readonly string[]> {
    return this.#tokens;
  }

  /** A sentence for people while the newest change is not on disk. */
  get notSaved(): Watchable<string | null> {
    return this.#store.notSaved;
  }

  /** In the order of pairing. */
  list(): Device[] {
    return [...this.#records.values()]
      .filter((record) => !this.#isLate(record))
      .map((record) => publicView(record, this.#connections.paths(record.id)))
      .sort((a, b) => a.pairedAt.localeCompare(b.pairedAt));
  }

  get(id: string): DeviceRecord | undefined {
    const record = this.#records.get(id);
    return record && !this.#isLate(record) ? record : undefined;
  }

  byStaticKey(publicKey: Uint8Array): DeviceRecord | undefined {
    return this.get(this.#byKey.get(toBase64url(publicKey)) ?? '');
  }

  byTokenHash(hash: string): DeviceRecord | undefined {
    return this.get(this.#byTokenHash.get(hash) ?? '');
  }

  tokenHashes(): string[] {
    return [...this.#byTokenHash.keys()];
  }

  /**
   * Makes a record, `pending` and durable when the promise resolves. A device that was paired already keeps its id and secrets (the
   * answer may be lost, and its old ones must go on working), and its connections end, since its role may have changed.
   * Rejects with `DeviceError` or `DeviceStoreError` `not_saved`; nothing was changed then.
   */
  async addPending({ publicKey, hello, role }: NewDevice): Promise<DeviceRecord> {
    this.#dropLate();
    const known = this.byStaticKey(publicKey);
    const pairedAt = this.#now();
    const shown = { name: hello.deviceName, platform: hello.platform, clientKind: hello.clientKind, role, pairedAt };
    if (known) return this.#pairAgain(known, deviceRecord({ ...known, ...shown }));
    if (this.#records.size + this.#arriving.size >= MAX_DEVICES)
      throw new DeviceError('too_many', `${MAX_DEVICES} devices are paired. Revoke one that is no longer used.`);
    const key = toBase64url(publicKey);
    if ([...this.#arriving].some((other) => other.publicKey === key))
      throw new DeviceError('busy', 'This device is being paired already. Wait for it.');
    const record = deviceRecord({
      ...shown,
      id: toBase32(this.#provider.random(10)),
      state: 'pending',
      publicKey: key,
      psk: toBase64url(this.#provider.random(32)),
      token: toBase64url(this.#provider.random(32)),
      lastSeenAt: null,
    });
    this.#arriving.add(record);
    try {
      await this.#store.save();
    } finally {
      this.#arriving.delete(record);
    }
    this.#put(record);
    this.#changed();
    return record;
  }

  /** The client has shown that it stored its keys. Does nothing when it is active already, or unknown. */
  activate(id: string): void {
    const record = this.get(id);
    if (!record || record.state === 'active') return;
    this.#put(deviceRecord({ ...record, state: 'active' }));
    this.#changed();
    void this.#store.save().catch(() => undefined);
  }

  /**
   * Locks a device out: at once in memory, its connections closed within a second, then on disk. Rejects with `not_found`, or with
   * `DeviceStoreError` `not_saved` when the first write failed (the device is locked out, and saving goes on).
   */
  async revoke(id: string): Promise<void> {
    if (!this.#records.has(id)) throw new DeviceError('not_found', 'No such device. It may have been revoked already.');
    const gone = this.#forget(id);
    this.#revoked = [...this.#revoked, id].slice(-REVOKED_DEVICES_REMEMBERED);
    this.#logger.info({ deviceId: id }, 'device revoked');
    const saved = this.#store.save();
    await Promise.allSettled([gone, saved]);
    await saved;
  }

  onRevoked(listener: (deviceId: string) => void): () => void {
    this.#onRevoked.add(listener);
    return () => this.#onRevoked.delete(listener);
  }

  /** Counts a connection whose handshake has finished; false when the device is unknown or has too many. */
  attachConnection(id: string, clientInstance: string, connection: MessageConnection): boolean {
    return this.get(id) !== undefined && this.#connections.attach(id, clientInstance, connection);
  }

  /** Saves what is not saved; the connections are their owner's to close. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelSweep();
    this.#cancelSeenSave?.();
    if (this.#cancelSeenSave) await this.#store.save().catch(() => undefined);
    this.#cancelSeenSave = null;
    await this.#store.stop();
  }

  async #pairAgain(before: DeviceRecord, record: DeviceRecord): Promise<DeviceRecord> {
    this.#put(record);
    try {
      await this.#store.save();
    } catch (error) {
      const { name, platform, clientKind, role, pairedAt } = before;
      const current = this.#records.get(record.id);
      if (current) this.#put(deviceRecord({ ...current, name, platform, clientKind, role, pairedAt }));
      throw error;
    }
    if (!this.get(record.id)) throw new DeviceError('not_found', 'The device was revoked while it paired again.');
    void this.#connections.closeAll(record.id, 'superseded');
    this.#changed();
    return record;
  }

  #put(record: DeviceRecord): void {
    this.#records.set(record.id, record);
    this.#byKey.set(record.publicKey, record.id);
    this.#byTokenHash.set(deviceTokenHash(record, this.#provider), record.id);
  }

  #forget(id: string): Promise<void> {
    const record = this.#records.get(id);
    if (!record) return Promise.resolve();
    this.#records.delete(id);
    this.#byKey.delete(record.publicKey);
    this.#byTokenHash.delete(deviceTokenHash(record, this.#provider));
    const isLive = this.#connections.paths(id).length > 0;
    const closed = this.#connections.closeAll(id, 'revoked');
    for (const listener of [...this.#onRevoked]) listener(id);
    this.#changes.set(this.list());
    // The relay cuts the pipes of a token that it is told to forget, and the device must hear first that it was revoked: by then
    // this is the only way it can learn of it. Handshakes with the token fail from now on all the same.
    if (isLive) void closed.then(() => this.#tokensChanged());
    else this.#tokensChanged();
    return closed;
  }

  #seen(id: string): void {
    const record = this.get(id);
    if (!record || this.#stopped) return;
    this.#put(deviceRecord({ ...record, lastSeenAt: this.#now() }));
    this.#changed();
    this.#cancelSeenSave ??= this.#clock.after(LAST_SEEN_SAVE_MS, () => {
      this.#cancelSeenSave = null;
      void this.#store.save().catch(() => undefined);
    });
  }

  #isLate(record: DeviceRecord): boolean {
    return record.state === 'pending' && this.#wallNow() >= Date.parse(record.pairedAt) + PENDING_DEVICE_MS;
  }

  #dropLate(): boolean {
    const late = [...this.#records.values()].filter((record) => this.#isLate(record));
    for (const { id } of late) void this.#forget(id);
    return late.length > 0;
  }

  #sweep(): void {
    if (this.#dropLate()) void this.#store.save().catch(() => undefined);
    this.#cancelSweep = this.#clock.after(PENDING_CHECK_MS, () => this.#sweep());
  }

  #changed(): void {
    this.#changes.set(this.list());
    this.#tokensChanged();
  }

  #tokensChanged(): void {
    const tokens = this.tokenHashes();
    if (tokens.join() !== this.#tokens.get().join()) this.#tokens.set(tokens);
  }

  #now(): string {
    return new Date(this.#wallNow()).toISOString();
  }
}
