import { SwitchField, TextField } from './Field.tsx';
import { problemOf } from './settings-group.ts';
import type { GroupProps } from './settings-group.ts';
import { hostsText, TEXT_SETTINGS, typedHosts, typedOrigins } from './settings-values.ts';

/** Which web pages and host names are let in. */
export function WebGroup({ settings, save }: GroupProps) {
  const anyHost = settings.allowedHosts === true;
  return (
    <>
      <TextField
        label="Address of the web page"
        help="Where a copy of the Paseo page is hosted. Pairing links point there. Empty: this computer serves the page itself."
        placeholder="https://paseo.example.com"
        value={settings.baseUrl ?? ''}
        read={TEXT_SETTINGS.baseUrl}
        save={save}
        fixed={settings.fixed['baseUrl']}
      />
      <TextField
        list
        label="Allowed hosts"
        help={
          'Names this computer may be called by in a browser, one a line. "localhost" and IP addresses always work; ' +
          '".example.com" includes subdomains.'
        }
        placeholder=".example.com"
        value={hostsText(settings.allowedHosts)}
        read={typedHosts}
        save={save}
        fixed={anyHost ? '“Allow any host name”' : settings.fixed['allowedHosts']}
      />
      <SwitchField
        label="Allow any host name"
        help="Turns the check off. A web page could then reach this port under a name of its own; it still needs a paired device’s key."
        checked={anyHost}
        fixed={settings.fixed['allowedHosts']}
        onChange={(checked) => problemOf(save({ allowedHosts: checked ? true : null }))}
      />
      <TextField
        list
        label="Allowed origins"
        help="Other web pages that may connect, one a line. Pages that this computer serves are always allowed."
        placeholder="https://app.example.com"
        value={settings.allowedOrigins.join('\n')}
        read={typedOrigins}
        save={save}
        fixed={settings.fixed['allowedOrigins']}
      />
    </>
  );
}
