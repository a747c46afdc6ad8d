import { app, shell } from 'electron';
import type { WebContents } from 'electron';
import { externalLink } from './external-link.ts';

/** Holds every page of the app to its own place, whoever made it: no navigation, no new windows, no embedded pages. */
export function guardWebContents(): void {
  // As root Chromium has no sandbox to put pages in; a released app does not start so.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  app.on('web-contents-created', (_event, contents) => guard(contents));
}

function guard(contents: WebContents): void {
  contents.on('will-navigate', (event) => event.preventDefault());
  contents.on('will-frame-navigate', (event) => event.preventDefault());
  contents.on('will-redirect', (event) => event.preventDefault());
  contents.on('will-attach-webview', (event) => event.preventDefault());
  contents.setWindowOpenHandler(({ url }) => {
    const link = externalLink(url);
    if (link !== null) shell.openExternal(link).catch(() => undefined);
    return { action: 'deny' };
  });
}
