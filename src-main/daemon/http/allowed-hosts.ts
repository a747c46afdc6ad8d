import { domainToASCII } from 'node:url';
import type { AllowedHosts } from '../../../src-shared/config/schema.ts';
import { isHostName } from './host-header.ts';
import type { ParsedHost } from './host-header.ts';

/** Whether requests to `host` are for us: localhost, its subdomains and IP addresses always are, names when they are allowed. */
export function isAllowedHost(host: ParsedHost, allowed: AllowedHosts): boolean {
  if (host.kind === 'ip' || host.host === 'localhost' || host.host.endsWith('.localhost')) return true;
  if (allowed === true) return true;
  return allowed.some((entry) => {
    const pattern = normalized(entry);
    if (pattern === null) return false;
    return pattern.startsWith('.') ? `.${host.host}`.endsWith(pattern) : host.host === pattern;
  });
}

/** What is wrong with entries of `daemon.allowedHosts`: they match nothing, or far more than their writer owns. */
export function allowedHostWarnings(allowed: AllowedHosts): string[] {
  if (allowed === true) {
    return [
      'daemon.allowedHosts is true: web pages can reach this daemon under any name. List the names you use instead.',
    ];
  }
  return allowed.flatMap((entry) => {
    const pattern = normalized(entry);
    if (pattern === null) {
      return [
        `daemon.allowedHosts: "${entry}" matches nothing. Write a name such as "paseo.example.com" or ".example.com".`,
      ];
    }
    if (!pattern.startsWith('.') || !isShared(pattern.slice(1))) return [];
    return [`daemon.allowedHosts: anybody can get a name under "${entry}". List the full names you use instead.`];
  });
}

/** Lower case and ASCII, a leading dot kept; null when it cannot be a name. */
function normalized(entry: string): string | null {
  const dot = entry.startsWith('.') ? '.' : '';
  const name = domainToASCII(entry.slice(dot.length));
  return isHostName(name) ? dot + name : null;
}

function isShared(suffix: string): boolean {
  return !suffix.includes('.') || SHARED_SUFFIXES.has(suffix);
}

/** Suffixes that people are likely to reach their own machines under, and share with everybody else. */
const SHARED_SUFFIXES = new Set([
  'ts.net',
  'nip.io',
  'sslip.io',
  'lvh.me',
  'duckdns.org',
  'trycloudflare.com',
  'ngrok.io',
  'ngrok.app',
  'ngrok-free.app',
  'loca.lt',
  'github.io',
  'pages.dev',
  'workers.dev',
  'vercel.app',
  'netlify.app',
  'fly.dev',
  'co.uk',
]);
