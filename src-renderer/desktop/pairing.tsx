import '../views/no-generated-code.ts';
import { showPage } from '../views/show-page.tsx';
import { desktopApi } from './desktop-api.ts';
import { PairingWindow } from './PairingWindow.tsx';

showPage(<PairingWindow api={desktopApi()} />);
