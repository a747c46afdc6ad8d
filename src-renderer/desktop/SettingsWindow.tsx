import { Globe, Monitor, Network, Radio, Smartphone } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import { useState } from 'react';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import { Banner } from '../views/Banner.tsx';
import { Blank, Skeleton } from '../views/Blank.tsx';
import { DevicesGroup } from './DevicesGroup.tsx';
import { GeneralGroup } from './GeneralGroup.tsx';
import { NetworkGroup } from './NetworkGroup.tsx';
import { RelayGroup } from './RelayGroup.tsx';
import type { GroupProps } from './settings-group.ts';
import { useIpc } from './use-ipc.ts';
import { WebGroup } from './WebGroup.tsx';
import './settings-window.css';

interface Group {
  readonly id: string;
  readonly name: string;
  readonly icon: LucideIcon;
  readonly View: (props: GroupProps) => React.ReactNode;
}

const GROUPS: readonly Group[] = [
  { id: 'devices', name: 'Devices', icon: Smartphone, View: DevicesGroup },
  { id: 'network', name: 'Network', icon: Network, View: NetworkGroup },
  { id: 'relay', name: 'Relay', icon: Radio, View: RelayGroup },
  { id: 'web', name: 'Web access', icon: Globe, View: WebGroup },
  { id: 'general', name: 'General', icon: Monitor, View: GeneralGroup },
];

/** Groups left, fields right; every field is saved as it is left. */
export function SettingsWindow({ api }: { api: DesktopApi }) {
  const app = useIpc(api, 'appState');
  const settings = useIpc(api, 'settings', app.value?.daemon != null);
  const [chosen, setChosen] = useState('devices');
  const group = GROUPS.find((entry) => entry.id === chosen) ?? GROUPS[0]!;

  if (app.value?.error)
    return (
      <Blank error title="Paseo could not start">
        {app.value.error.message}
      </Blank>
    );
  if (app.failed || settings.failed)
    return (
      <Blank error title="Settings could not be loaded">
        Quit Paseo from the tray menu and start it again.
      </Blank>
    );
  if (settings.value === null) return <Skeleton rows={6} label="Loading settings" />;
  const { View } = group;
  return (
    <div className="settings">
      <nav className="settings-groups" aria-label="Settings">
        {GROUPS.map((entry) => (
          <button
            key={entry.id}
            type="button"
            className="settings-group"
            aria-current={entry.id === group.id ? 'page' : undefined}
            onClick={() => setChosen(entry.id)}
          >
            <entry.icon className="icon" aria-hidden="true" />
            {entry.name}
          </button>
        ))}
      </nav>
      <main className="settings-main">
        {(app.value?.daemon?.warnings ?? []).map((warning) => (
          <Banner key={warning} tone="warning">
            {warning}
          </Banner>
        ))}
        <div className="settings-fields">
          <h1>{group.name}</h1>
          <View
            key={group.id}
            api={api}
            settings={settings.value}
            status={app.value?.daemon ?? null}
            version={app.value?.version ?? ''}
            save={(patch) => api.invoke('changeSettings', patch)}
          />
        </div>
      </main>
    </div>
  );
}
