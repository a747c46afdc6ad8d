import { hostname } from 'node:os';
import type { ClientHello } from '../../src-shared/devices.ts';
import { DisplayName } from '../../src-shared/ids.ts';
import type { CliContext } from './context.ts';

/** What the command line says of itself; its name is how it shows in a daemon's list of devices. */
export function thisComputer({ version }: CliContext): Omit<ClientHello, 'clientInstance'> {
  const name = DisplayName.safeParse(hostname().slice(0, 48));
  return {
    protocol: 1,
    clientKind: 'cli',
    appVersion: version,
    deviceName: name.success ? `${name.data} (terminal)` : 'Terminal',
    platform: process.platform,
    capabilities: [],
  };
}
