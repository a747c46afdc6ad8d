import type { Device } from '../../../src-shared/devices.ts';
import type { Watchable } from '../../../src-shared/watchable.ts';
import type { Handlers } from './handlers.ts';
import { RequestRefused } from './request-outcome.ts';

/** The device registry as sessions use it. */
export interface DeviceService {
  readonly changes: Watchable<Device[]>;
  revoke(deviceId: string): Promise<void>;
}

type DeviceMethods = 'devices.list' | 'device.revoke';

export function deviceHandlers(devices: DeviceService): Handlers<DeviceMethods> {
  return {
    'devices.list': (_, { deviceId }) => ({ devices: devices.changes.get(), self: deviceId }),
    'device.revoke': async ({ deviceId }, { role, deviceId: self }) => {
      if (deviceId !== self && role !== 'full' && role !== 'owner')
        throw new RequestRefused('forbidden', 'This device may only remove itself.');
      await devices.revoke(deviceId);
      return {};
    },
  };
}
