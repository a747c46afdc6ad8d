import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { fromBase64url } from '../../src-shared/bytes.ts';

const KeyFile = z.looseObject({ secretKey: z.string() });
const DeviceFile = z.looseObject({ devices: z.array(z.looseObject({ psk: z.string(), name: z.string() })).min(1) });

/** What a relay must never see, by name: each as text, and keys as raw bytes, base64url, base64 and hex too. */
export async function relaySecrets(home: string, texts: Record<string, string>, keys: Record<string, string>) {
  const { devices } = DeviceFile.parse(JSON.parse(await readFile(join(home, 'devices.json'), 'utf8')));
  const all: Record<string, string> = { ...keys };
  for (const file of ['daemon-keypair.json', 'device-session.json'])
    all[file] = KeyFile.parse(JSON.parse(await readFile(join(home, file), 'utf8'))).secretKey;
  devices.forEach((device, index) => (all[`PSK of device ${index}`] = device.psk));
  const needles = new Map<string, Buffer>();
  for (const [name, text] of Object.entries(texts)) needles.set(name, Buffer.from(text));
  devices.forEach(({ name }, index) => needles.set(`name of device ${index}`, Buffer.from(name)));
  for (const [name, key] of Object.entries(all)) {
    const bytes = Buffer.from(fromBase64url(key));
    needles.set(`${name} (bytes)`, bytes);
    for (const encoding of ['base64url', 'base64', 'hex'] as const)
      needles.set(`${name} (${encoding})`, Buffer.from(bytes.toString(encoding)));
  }
  return needles;
}
