import type { ClientKind } from '../../src-shared/devices.ts';

export interface DeviceWords {
  /** How other devices call this one: "Pixel 9", "iPhone", "Chrome on Linux". */
  readonly name: string;
  /** Operating system and browser. */
  readonly platform: string;
  readonly kind: ClientKind;
}

interface Browser {
  readonly userAgent: string;
  readonly maxTouchPoints: number;
  /** The model as client hints give it (secure pages in Chromium only). */
  readonly model: string;
}

/** What this browser tells about its device. */
export function deviceWords({ userAgent, maxTouchPoints, model }: Browser): DeviceWords {
  const system = systemOf(userAgent, maxTouchPoints);
  const browser = browserOf(userAgent);
  const platform = `${system}, ${browser}`;
  if (system === 'iPhone' || system === 'iPad') return { name: system, platform: `iOS, ${browser}`, kind: 'phone' };
  if (system === 'Android') return { name: cleaned(model) || 'Android phone', platform, kind: 'phone' };
  return { name: `${browser} on ${system}`, platform, kind: 'web' };
}

function systemOf(userAgent: string, maxTouchPoints: number): string {
  if (/iPhone|iPod/.test(userAgent)) return 'iPhone';
  // iPads say that they are Macs; no Mac has a touch screen.
  if (/iPad/.test(userAgent) || (/Macintosh/.test(userAgent) && maxTouchPoints > 1)) return 'iPad';
  if (/Android/.test(userAgent)) return 'Android';
  if (/Windows/.test(userAgent)) return 'Windows';
  if (/Macintosh/.test(userAgent)) return 'macOS';
  if (/CrOS/.test(userAgent)) return 'ChromeOS';
  if (/Linux/.test(userAgent)) return 'Linux';
  return 'this device';
}

function browserOf(userAgent: string): string {
  if (/Edg(?:A|iOS)?\//.test(userAgent)) return 'Edge';
  if (/Firefox\/|FxiOS\//.test(userAgent)) return 'Firefox';
  if (/SamsungBrowser\//.test(userAgent)) return 'Samsung Internet';
  if (/OPR\//.test(userAgent)) return 'Opera';
  if (/Chrome\/|CriOS\//.test(userAgent)) return 'Chrome';
  if (/Safari\//.test(userAgent)) return 'Safari';
  return 'Browser';
}

/** Printable and short enough for a name on the wire. */
function cleaned(model: string): string {
  return model
    .replaceAll(/[^\x20-\x7e]/g, '')
    .trim()
    .slice(0, 64)
    .trim();
}
