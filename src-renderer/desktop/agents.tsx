import '../views/no-generated-code.ts';
import { showPage } from '../views/show-page.tsx';
import { AgentsWindow } from './AgentsWindow.tsx';
import { desktopApi } from './desktop-api.ts';
import { desktopClient } from './desktop-client.ts';

const api = desktopApi();
const client = desktopClient(api);
client.start();
window.addEventListener('pagehide', () => void client.stop());
showPage(<AgentsWindow api={api} client={client} />);
