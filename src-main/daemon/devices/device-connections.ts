import type { Device } from '../../../src-shared/devices.ts';
import type { FinCode, MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import { MAX_CONNECTIONS_PER_DEVICE } from '../limits.ts';

interface LiveConnection {
  readonly instance: string;
  readonly connection: MessageConnection;
}

/** The live connections of each device, at most `MAX_CONNECTIONS_PER_DEVICE`, one per running client. */
export class DeviceConnections {
  readonly #live = new Map<string, Set<LiveConnection>>();
  readonly #onChange: (deviceId: string) => void;

  constructor(onChange: (deviceId: string) => void) {
    this.#onChange = onChange;
  }

  /**
   * Counts a connection whose handshake has finished. The older one of the same client instance ends as `replaced`.
   * False when the device has too many; a connection that is kept is let go of when it closes.
   */
  attach(deviceId: string, instance: string, connection: MessageConnection): boolean {
    const live = this.#live.get(deviceId) ?? new Set();
    const older = [...live].find((other) => other.instance === instance);
    if (!older && live.size >= MAX_CONNECTIONS_PER_DEVICE) return false;
    if (older) {
      live.delete(older);
      void older.connection.close('replaced');
    }
    const entry = { instance, connection };
    live.add(entry);
    this.#live.set(deviceId, live);
    void connection.closed.then(() => {
      if (!live.delete(entry)) return;
      if (live.size === 0 && this.#live.get(deviceId) === live) this.#live.delete(deviceId);
      this.#onChange(deviceId);
    });
    this.#onChange(deviceId);
    return true;
  }

  paths(deviceId: string): Device['connections'] {
    const paths = [...(this.#live.get(deviceId) ?? [])].map(({ connection }) => connection.path);
    return paths.filter((path) => path !== 'local');
  }

  /** Ends every connection of a device; resolves when their sockets are gone. They stop counting at once. */
  async closeAll(deviceId: string, code: FinCode): Promise<void> {
    const live = this.#live.get(deviceId);
    if (!live) return;
    this.#live.delete(deviceId);
    const closing = [...live].map(({ connection }) => connection.close(code));
    live.clear();
    await Promise.all(closing);
  }
}
