/* oxlint-disable typescript/no-unsafe-argument, typescript/no-unsafe-call, typescript/no-unsafe-member-access -- browsers load this file as it is, so it has no types */

// Keeps the page itself for offline starts: its HTML (newest first) and its hashed assets. Nothing else is touched.
const SHELL = 'paseo-shell-1';
const MAX_ASSETS = 40;

self.addEventListener('install', (event) => {
  event.waitUntil(keepShell());
  self.skipWaiting();
});

self.addEventListener('activate', (event) => {
  event.waitUntil(self.clients.claim());
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  const scope = new URL(self.registration.scope);
  if (request.method !== 'GET' || url.origin !== scope.origin) return;
  if (request.mode === 'navigate' && url.pathname === scope.pathname) event.respondWith(newestPage(request));
  else if (url.pathname.startsWith(`${scope.pathname}assets/`)) event.respondWith(keptAsset(request));
});

/** The page and what it loads: the first visit fetched those before this script could keep them. */
async function keepShell() {
  const cache = await caches.open(SHELL);
  await cache.add('./');
  const html = await (await cache.match('./')).text();
  await cache.addAll([...html.matchAll(/(?:src|href)="(\.\/assets\/[^"]+)"/g)].map((match) => match[1]));
}

async function newestPage(request) {
  const cache = await caches.open(SHELL);
  try {
    const response = await fetch(request);
    if (response.ok) await cache.put('./', response.clone());
    return response;
  } catch (error) {
    const kept = await cache.match('./', { ignoreVary: true });
    if (kept) return kept;
    throw error;
  }
}

async function keptAsset(request) {
  const cache = await caches.open(SHELL);
  // Asked for with or without an Origin, it is the same file.
  const kept = await cache.match(request, { ignoreVary: true });
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    await cache.put(request, response.clone());
    const keys = await cache.keys();
    // Names change with every version, so the oldest are of versions long gone. The page itself is the first key.
    const assets = keys.filter((key) => key.url.includes('/assets/'));
    await Promise.all(assets.slice(0, Math.max(0, assets.length - MAX_ASSETS)).map((key) => cache.delete(key)));
  }
  return response;
}
