import { SwitchField, TextField } from './Field.tsx';
import { problemOf } from './settings-group.ts';
import type { GroupProps } from './settings-group.ts';
import { TEXT_SETTINGS } from './settings-values.ts';

/** How this computer calls itself, and where things are. */
export function GeneralGroup({ settings, status, version, save }: GroupProps) {
  return (
    <>
      <TextField
        label="Name"
        help="How this computer is called on your other devices."
        value={settings.name}
        read={TEXT_SETTINGS.name}
        save={save}
        fixed={settings.fixed['name']}
      />
      <SwitchField
        label="Keep agents running when Paseo quits"
        help="Working agents go on and are picked up again when Paseo starts. Off: quitting stops them."
        checked={settings.keepAgentsRunning}
        fixed={settings.fixed['keepAgentsRunning']}
        onChange={(keepAgentsRunning) => problemOf(save({ keepAgentsRunning }))}
      />
      <dl className="settings-facts note">
        <dt>Version</dt>
        <dd>{version}</dd>
        <dt>Configuration</dt>
        <dd>
          <code>{settings.path}</code>
        </dd>
        {status && (
          <>
            <dt>Home</dt>
            <dd>
              <code>{status.home}</code>
            </dd>
          </>
        )}
      </dl>
    </>
  );
}
