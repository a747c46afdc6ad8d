import { Globe, Smartphone, SquareTerminal } from 'lucide-react';
import { useState } from 'react';
import type { ClientKind, Device } from '../../src-shared/devices.ts';
import { Banner } from '../views/Banner.tsx';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { ConfirmDialog } from '../views/ConfirmDialog.tsx';
import { agoWords, fullTime } from '../views/time-words.ts';
import { useNow } from '../views/use-now.ts';
import { roleName } from './role-words.ts';
import type { GroupProps } from './settings-group.ts';
import { ipcFailure } from './ipc-failure.ts';
import { useIpc } from './use-ipc.ts';

const ICONS: Readonly<Record<ClientKind, typeof Globe>> = {
  phone: Smartphone,
  web: Globe,
  cli: SquareTerminal,
  desktop: Globe,
};

/** Paired devices, and how to send one away. */
export function DevicesGroup({ api, status }: GroupProps) {
  const devices = useIpc(api, 'devices', status !== null);
  const now = useNow(30_000);
  const [error, setError] = useState<string | null>(null);
  const pair = () => void api.invoke('openWindow', { window: 'pairing', agentId: null });

  if (devices.failed)
    return (
      <Blank error title="Devices could not be loaded">
        Close this window and open it again.
      </Blank>
    );
  if (devices.value === null) return <Skeleton rows={3} label="Loading devices" />;
  if (devices.value.length === 0)
    return (
      <Blank
        icon={<Smartphone className="icon-large" aria-hidden="true" />}
        title="No device is paired"
        actions={
          <button type="button" className="button button-primary" onClick={pair}>
            Pair phone
          </button>
        }
      >
        Paired phones, browsers and terminals are listed here.
      </Blank>
    );
  const revoke = (device: Device) => {
    setError(null);
    api.invoke('revokeDevice', { deviceId: device.id }).catch((failure: unknown) => {
      setError(`“${device.name}” could not be revoked. ${ipcFailure(failure)}`);
    });
  };
  return (
    <>
      {error !== null && <Banner tone="error">{error}</Banner>}
      <ul className="devices" aria-label="Paired devices">
        {devices.value.map((device) => (
          <DeviceRow key={device.id} device={device} now={now} onRevoke={() => revoke(device)} />
        ))}
      </ul>
      <div className="row">
        <button type="button" className="button" onClick={pair}>
          <Smartphone className="icon" aria-hidden="true" />
          Pair phone
        </button>
      </div>
    </>
  );
}

function DeviceRow({ device, now, onRevoke }: { device: Device; now: number; onRevoke: () => void }) {
  const Icon = ICONS[device.clientKind];
  return (
    <li className="device">
      <Icon className="icon-medium" aria-hidden="true" />
      <div className="grow">
        <p className="device-name">{device.name}</p>
        <p className="faint">
          {device.platform}, role {roleName(device.role)}, paired {agoWords(device.pairedAt, now)}
        </p>
        <p className="note" title={device.lastSeenAt === null ? undefined : fullTime(device.lastSeenAt)}>
          {presence(device, now)}
        </p>
      </div>
      <ConfirmDialog
        trigger={
          <button type="button" className="button button-danger" aria-label={`Revoke ${device.name}`}>
            Revoke
          </button>
        }
        title={`Revoke “${device.name}”?`}
        confirm="Revoke"
        onConfirm={onRevoke}
      >
        It is disconnected at once and has to be paired again. Your agents keep running.
      </ConfirmDialog>
    </li>
  );
}

function presence(device: Device, now: number): string {
  if (device.connections.length > 0) {
    const paths = [...new Set(device.connections)].map((path) => (path === 'direct' ? 'Direct' : 'Relay'));
    return `Connected, ${paths.join(' and ')}`;
  }
  if (device.state === 'pending') return 'Paired, not used yet';
  return device.lastSeenAt === null ? 'Never seen' : `Last seen ${agoWords(device.lastSeenAt, now)}`;
}
