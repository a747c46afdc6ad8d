import type { ClientHello } from '../../src-shared/devices.ts';
import { version } from '../../package.json';
import { deviceWords } from './device-name.ts';

interface ClientHints {
  getHighEntropyValues(hints: string[]): Promise<{ model?: string }>;
}

/** What this browser says of itself to a daemon. */
export async function thisDevice(): Promise<Omit<ClientHello, 'clientInstance'>> {
  const { name, platform, kind } = deviceWords({
    userAgent: navigator.userAgent,
    maxTouchPoints: navigator.maxTouchPoints,
    model: await modelName(),
  });
  return { protocol: 1, clientKind: kind, appVersion: version, deviceName: name, platform, capabilities: [] };
}

async function modelName(): Promise<string> {
  const { userAgentData } = navigator as Navigator & { userAgentData?: ClientHints };
  try {
    return (await userAgentData?.getHighEntropyValues(['model']))?.model ?? '';
  } catch {
    return '';
  }
}
