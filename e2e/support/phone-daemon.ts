import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDaemon } from '../../src-main/daemon/create-daemon.ts';
import type { Daemon } from '../../src-main/daemon/daemon.ts';
import { createRelay } from '../../src-main/relay/create-relay.ts';
import { fakeProvider, type TestFolder, testFolder, writeConfig } from './daemon-home.ts';
import { freePort } from './desktop-app.ts';
import { until } from './until.ts';

const webRoot = fileURLToPath(new URL('../../dist/phone', import.meta.url));

/** A daemon that serves the built web client, with a relay of its own; both keep their ports over a restart. */
export class PhoneDaemon {
  readonly folder: TestFolder;
  readonly #port: number;
  #daemon: Daemon | null = null;

  static async start(): Promise<PhoneDaemon> {
    const folder = await testFolder();
    const port = await freePort();
    await writeConfig(folder.home, {
      daemon: { listen: `127.0.0.1:${port}`, relay: { embeddedPort: await freePort() } },
      agents: { providers: { fake: fakeProvider } },
    });
    const phoneDaemon = new PhoneDaemon(folder, port);
    await phoneDaemon.start();
    return phoneDaemon;
  }

  private constructor(folder: TestFolder, port: number) {
    this.folder = folder;
    this.#port = port;
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
        env: { PATH: process.env['PATH'], HOME: this.folder.workspace },
        flags: {},
        kind: 'headless',
        attended: false,
        webRoot,
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
