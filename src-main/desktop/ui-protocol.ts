import { StaticFiles } from '../daemon/http/static-files.ts';
import { UI_CONTENT_SECURITY_POLICY, UI_ORIGIN } from './ui-origin.ts';

/** Answers requests for the windows' pages from a folder: only GET, only our origin, only plain file names. */
export function uiProtocol(root: string): (request: Request) => Promise<Response> {
  const files = new StaticFiles(root);
  return async (request) => {
    const url = new URL(request.url);
    const ours = `${url.protocol}//${url.host}` === UI_ORIGIN && url.username === '' && url.password === '';
    if (!ours || request.method !== 'GET') return refusal(403);
    const file = await files.find(url.pathname);
    if (file === null) return refusal(404);
    return new Response(new Uint8Array(file.body), { headers: { ...HEADERS, 'Content-Type': file.contentType } });
  };
}

const HEADERS = {
  'Content-Security-Policy': UI_CONTENT_SECURITY_POLICY,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-cache',
};

function refusal(status: number): Response {
  return new Response(null, { status, headers: HEADERS });
}
