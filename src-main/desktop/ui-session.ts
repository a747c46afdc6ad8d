import { app, protocol, session } from 'electron';
import type { Session } from 'electron';
import { UI_SCHEME } from './ui-origin.ts';
import { uiProtocol } from './ui-protocol.ts';

/** Must run before Electron is ready. */
export function registerUiScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: UI_SCHEME, privileges: { standard: true, secure: true } }]);
}

/**
 * The session of every window: in memory, serves our pages, asks the network for nothing and grants no permission. Electron's
 * default session is closed as well; nothing uses it.
 */
export function openUiSession(root: string): Session {
  const ui = session.fromPartition('paseo-ui');
  ui.protocol.handle(UI_SCHEME, uiProtocol(root));
  for (const each of [ui, session.defaultSession]) close(each);
  return ui;
}

function close(target: Session): void {
  const schemes = app.isPackaged ? [UI_SCHEME] : [UI_SCHEME, 'devtools'];
  target.webRequest.onBeforeRequest((details, answer) => {
    answer({ cancel: !schemes.some((scheme) => details.url.startsWith(`${scheme}://`)) });
  });
  target.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  target.setPermissionCheckHandler(() => false);
  target.setDevicePermissionHandler(() => false);
  target.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  target.setSpellCheckerEnabled(false);
  target.on('will-download', (event) => event.preventDefault());
}
