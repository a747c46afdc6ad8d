import { watch } from 'node:fs';
import type { FSWatcher } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemClock } from '../../../src-shared/clock.ts';
import type { Clock } from '../../../src-shared/clock.ts';
import type { Config, SettingsPatch, SettingsView } from '../../../src-shared/config/schema.ts';
import { CONFIG_RELOAD_DELAY_MS, MAX_CONFIG_BYTES } from '../limits.ts';
import { Watched } from '../../../src-shared/watchable.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import { FileError, readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
import type { Logger } from '../../platform/logger.ts';
import type { PaseoHome } from '../home/paseo-home.ts';
import { allowedHostWarnings } from '../http/allowed-hosts.ts';
import { ConfigError } from './config-error.ts';
import { parseConfigFile } from './config-file.ts';
import type { ConfigDocument } from './config-file.ts';
import { fileLayer, resolveConfig } from './config-layer.ts';
import type { NamedLayer } from './config-layer.ts';
import { environmentLayer } from './environment.ts';
import { flagLayer } from './flags.ts';
import type { ConfigFlags } from './flags.ts';
import { patchedFile, settingsView } from './settings.ts';

interface ConfigStoreOptions {
  readonly home: PaseoHome;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly flags: ConfigFlags;
  readonly logger: Logger;
  readonly clock?: Clock;
}

/** The configuration in force: defaults < `config.json` < environment < flags. Follows the file while it is started. */
export class ConfigStore {
  readonly config: Watchable<Config>;
  readonly settings: Watchable<SettingsView>;
  /** Standing warnings, each with its fix. */
  readonly warnings: Watchable<readonly string[]>;
  readonly #config: Watched<Config>;
  readonly #settings: Watched<SettingsView>;
  readonly #warnings: Watched<readonly string[]>;
  readonly #options: ConfigStoreOptions;
  readonly #path: string;
  readonly #upper: readonly NamedLayer[];
  /** The file as it was last put in force, and what is to be said of it. */
  #text: string | null;
  #document: ConfigDocument;
  #watcher: FSWatcher | null = null;
  #cancelReload: (() => void) | null = null;
  /** Reads and writes of the file happen one after the other. */
  #queue: Promise<unknown> = Promise.resolve();

  /** Throws {@link ConfigError} with the fix when the file, a variable or a flag holds what cannot be, or {@link FileError}. */
  static async open(options: ConfigStoreOptions): Promise<ConfigStore> {
    const upper = [environmentLayer(options.env), flagLayer(options.flags)];
    const path = options.home.file('config.json');
    const text = await readConfig(path, options.logger);
    return new ConfigStore(options, path, upper, text, parseConfigFile(path, text ?? '{}'));
  }

  private constructor(
    options: ConfigStoreOptions,
    path: string,
    upper: readonly NamedLayer[],
    text: string | null,
    document: ConfigDocument,
  ) {
    this.#options = options;
    this.#path = path;
    this.#upper = upper;
    this.#text = text;
    this.#document = document;
    const config = this.#resolve(document);
    this.config = this.#config = new Watched(config);
    this.settings = this.#settings = new Watched(settingsView(config, path, upper));
    this.warnings = this.#warnings = new Watched<readonly string[]>([]);
    this.#showWarnings();
  }

  view(): SettingsView {
    return this.#settings.get();
  }

  /**
   * Writes changed settings into the file (null: back to the default), keeping everything else in it, and puts them in force.
   * `prepare` may try them out first (bind a new address): when it rejects, nothing is changed and its error is passed on; it is
   * called again with the old configuration when the file cannot be written. Throws {@link ConfigError}.
   */
  change(patch: SettingsPatch, prepare?: (next: Config) => Promise<void>): Promise<void> {
    return this.#inTurn(() => this.#change(patch, prepare));
  }

  /** Reads the file anew whenever it changes. A change that cannot be leaves the running configuration and warns. */
  start(): void {
    const clock = this.#options.clock ?? systemClock;
    // The folder is watched, since editors and we replace the file.
    this.#watcher = watch(this.#options.home.path, (_event, name) => {
      if (name !== 'config.json' && name !== null) return;
      this.#cancelReload?.();
      this.#cancelReload = clock.after(CONFIG_RELOAD_DELAY_MS, () => void this.#inTurn(() => this.#reload()));
    });
    this.#watcher.on('error', (error) => {
      this.#options.logger.warn({ err: error }, 'config.json is not watched any more; restart Paseo after changing it');
    });
  }

  async stop(): Promise<void> {
    this.#watcher?.close();
    this.#watcher = null;
    this.#cancelReload?.();
    await this.#queue;
  }

  async #change(patch: SettingsPatch, prepare?: (next: Config) => Promise<void>): Promise<void> {
    // Somebody may have edited it by hand a moment ago; a broken file is refused and never overwritten.
    const text = (await readConfig(this.#path, this.#options.logger)) ?? '{}';
    const raw = patchedFile(parseConfigFile(this.#path, text).raw, patch, this.#upper);
    const nextText = `${JSON.stringify(raw, null, 2)}\n`;
    const document = parseConfigFile(this.#path, nextText);
    await prepare?.(this.#resolve(document));
    try {
      await writeFileAtomic(this.#path, nextText, { mode: 0o600 });
    } catch (cause) {
      await prepare?.(this.#config.get()).catch(() => undefined);
      throw new ConfigError('not_saved', '', `${this.#path} could not be written. Is the disk full?`, { cause });
    }
    this.#apply(nextText, document);
  }

  async #reload(): Promise<void> {
    try {
      const text = await readConfig(this.#path, this.#options.logger);
      // Also after an edit that was refused and taken back.
      if (text === this.#text) return this.#showWarnings();
      this.#apply(text, parseConfigFile(this.#path, text ?? '{}'));
      this.#options.logger.info({}, 'config.json was read again');
    } catch (error) {
      const message = error instanceof ConfigError || error instanceof FileError ? error.message : String(error);
      this.#warn([`The changed settings are not in force. ${message}`]);
    }
  }

  #apply(text: string | null, document: ConfigDocument): void {
    this.#text = text;
    this.#document = document;
    const config = this.#resolve(document);
    if (JSON.stringify(config) !== JSON.stringify(this.#config.get())) {
      this.#config.set(config);
      this.#settings.set(settingsView(config, this.#path, this.#upper));
    }
    this.#showWarnings();
  }

  #resolve(document: ConfigDocument): Config {
    return resolveConfig([fileLayer(document.config), ...this.#upper.map((layer) => layer.values)], hostname());
  }

  #showWarnings(): void {
    this.#warn([...this.#document.warnings, ...allowedHostWarnings(this.#config.get().allowedHosts)]);
  }

  #warn(warnings: readonly string[]): void {
    const before = this.#warnings.get();
    for (const warning of warnings) if (!before.includes(warning)) this.#options.logger.warn({}, warning);
    if (JSON.stringify(warnings) !== JSON.stringify(before)) this.#warnings.set(warnings);
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return await result;
  }
}

/** null when there is none. What others could read or change is made private: its folder is ours alone anyway. */
async function readConfig(path: string, logger: Logger): Promise<string | null> {
  try {
    return await readPrivateFile(path, { maxBytes: MAX_CONFIG_BYTES });
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    if (error.code === 'missing') return null;
    if (error.code !== 'too_open') throw error;
    await chmod(path, 0o600);
    logger.warn({}, `${path} was readable by other users; its mode is 600 now`);
    return await readPrivateFile(path, { maxBytes: MAX_CONFIG_BYTES });
  }
}
