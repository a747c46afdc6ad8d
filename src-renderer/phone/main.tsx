import '../views/no-generated-code.ts';
import { showPage } from '../views/show-page.tsx';
import { App } from './App.tsx';
import { followKeyboard } from './keyboard-inset.ts';
import { takeOfferLink } from './offer-in-address.ts';

const link = takeOfferLink(location, history);
followKeyboard(document.body);
showPage(<App openedLink={link} />);

// Only the shell is kept for offline use. Pages over plain http have no service workers; they work without.
if ('serviceWorker' in navigator) navigator.serviceWorker.register('./service-worker.js').catch(() => {});
