import { join } from 'node:path';
import { createDaemon } from '../../src-main/daemon/create-daemon.ts';
import type { Daemon } from '../../src-main/daemon/daemon.ts';
import { createRelay } from '../../src-main/relay/create-relay.ts';
import { builtRuntime } from './built-runtime.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './daemon-home.ts';
import { freePort } from './desktop-app.ts';
import { until } from './until.ts';

interface PhoneDaemonOptions {
  /** Beside the fake agent, or in its place: `agents.providers` of config.json. */
  readonly providers?: Record<string, object>;
  /** A folder of programs before all others on the PATH that agents are looked for on. */
  readonly programs?: string;
  /** Before the daemon starts. */
  readonly prepare?: (folder: TestFolder) => Promise<void>;
}

/** A daemon that serves the built web client, with a relay of its own; both keep their ports over a restart. */
export class PhoneDaemon {
  readonly folder: TestFolder;
  readonly #port: number;
  readonly #path: string;
  #daemon: Daemon | null = null;

  static async start({ providers, programs, prepare }: PhoneDaemonOptions = {}): Promise<PhoneDaemon> {
    const folder = await testFolder();
    await prepare?.(folder);
    const port = await freePort();
    await writeConfig(folder.home, {
      daemon: { listen: `127.0.0.1:${port}`, relay: { embeddedPort: await freePort() } },
      agents: { providers: { fake: fakeProvider, ...providers } },
    });
    const path = [programs, process.env['PATH']].filter((part) => part !== undefined).join(':');
    const phoneDaemon = new PhoneDaemon(folder, port, path);
    await phoneDaemon.start();
    return phoneDaemon;
  }

  private constructor(folder: TestFolder, port: number, path: string) {
    this.folder = folder;
    this.#port = port;
    this.#path = path;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The daemon that runs now. */
  get daemon(): Daemon {
    if (this.#daemon === null) throw new Error('the daemon does not run');
    return this.#daemon;
  }

  async start(): Promise<void> {
    // Where choosing a folder begins: the daemon asks the system, which goes by this variable.
    const userHome = process.env['HOME'];
    process.env['HOME'] = this.folder.workspace;
    try {
      this.#daemon = await createDaemon({
        home: this.folder.home,
        env: { PATH: this.#path, HOME: this.folder.workspace },
        flags: {},
        kind: 'headless',
        attended: false,
        webRoot: join(import.meta.dirname, '../../dist/phone'),
        runtime: builtRuntime,
        loginShell: false,
        version: '0.0.0',
        logToStderr: false,
        embeddedRelay: (port, logger) => createRelay({ listen: [`127.0.0.1:${port}`], names: [], logger }),
      });
    } finally {
      process.env['HOME'] = userHome;
    }
    await until(this.#daemon.status, ({ relay }) => relay.link.state === 'online');
  }

  async stop(): Promise<void> {
    await this.#daemon?.stop();
    this.#daemon = null;
  }

  /** Leaves the relay as the only way in, or opens the direct one again. */
  async listen(directly: boolean): Promise<void> {
    const address = directly ? `127.0.0.1:${this.#port}` : join(this.folder.home, '../own.sock');
    await this.daemon.changeSettings({ listen: [address] });
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.folder.remove();
  }
}
