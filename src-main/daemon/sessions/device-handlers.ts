import type { Device } from '../../../src-shared/devices.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { Handlers } from './handlers.ts';

/** The device registry as sessions use it. */
export interface DeviceService {
  readonly changes: Watchable<Device[]>;
  revoke(deviceId: string): Promise<void>;
}

type DeviceMethods = 'devices.list' | 'device.revoke';

export function deviceHandlers(devices: DeviceService): Handlers<DeviceMethods> {
  return {
    'devices.list': (_, { deviceId }) => ({ devices: devices.changes.get(), self: deviceId }),
    // The router lets a device without the role for it remove only itself.
    'device.revoke': async ({ deviceId }) => {
      await devices.revoke(deviceId);
      return {};
    },
  };
}
