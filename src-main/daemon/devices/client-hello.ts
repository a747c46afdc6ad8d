import { ClientHello } from '../../../src-shared/devices.ts';

/** Control, formatting and half characters: they could rewrite a terminal, or look like another name. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** Payload of handshake message 3 (at most `MAX_HELLO_BYTES`); null for anything that is not exactly a {@link ClientHello}. */
export function parseClientHello(text: string): ClientHello | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const { data: hello } = ClientHello.safeParse(json);
  if (!hello) return null;
  const shown = [hello.deviceName, hello.platform, hello.appVersion, ...hello.capabilities];
  return shown.some((part) => UNPRINTABLE.test(part)) ? null : hello;
}
