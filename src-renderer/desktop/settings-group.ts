import type { SettingsView } from '../../src-shared/config/schema.ts';
import type { DesktopApi } from '../../src-shared/ipc/contract.ts';
import type { DaemonStatus } from '../../src-shared/wire/status.ts';
import type { SaveSettings } from './use-setting.ts';

/** What every group of the settings window gets. */
export interface GroupProps {
  api: DesktopApi;
  settings: SettingsView;
  /** null while the daemon starts. */
  status: DaemonStatus | null;
  version: string;
  save: SaveSettings;
}

/** For switches: what was wrong with a change, null when it was made. */
export async function problemOf(change: ReturnType<SaveSettings>): Promise<string | null> {
  const result = await change;
  return result.ok ? null : result.message;
}
