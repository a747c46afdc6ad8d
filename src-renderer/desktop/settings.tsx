import '../views/no-generated-code.ts';
import { showPage } from '../views/show-page.tsx';
import { desktopApi } from './desktop-api.ts';
import { SettingsWindow } from './SettingsWindow.tsx';

showPage(<SettingsWindow api={desktopApi()} />);
