import { HandshakeError } from './noise-errors.ts';

export type Token = 'e' | 's' | 'ee' | 'es' | 'se' | 'ss' | 'psk';

/** A handshake pattern (Noise §7) with its modifiers applied (Noise §9). Messages alternate, the initiator's is first. */
export interface HandshakePattern {
  readonly initiatorPreMessage: readonly Token[];
  readonly responderPreMessage: readonly Token[];
  readonly messages: readonly (readonly Token[])[];
  /** Only the initiator may send after the handshake (Noise §7.4). */
  readonly oneWay: boolean;
  /** With a PSK every `e` is mixed into the key as well (Noise §9.2). */
  readonly pskCount: number;
}

/** Initiator's pre-message, responder's pre-message, messages. Source: Noise §7.4 and §7.5. */
const FUNDAMENTAL: Readonly<Record<string, readonly [string, string, ...string[]]>> = {
  N: ['', 's', 'e es'],
  K: ['s', 's', 'e es ss'],
  X: ['', 's', 'e es s ss'],
  NN: ['', '', 'e', 'e ee'],
  NK: ['', 's', 'e es', 'e ee'],
  NX: ['', '', 'e', 'e ee s es'],
  KN: ['s', '', 'e', 'e ee se'],
  KK: ['s', 's', 'e es ss', 'e ee se'],
  KX: ['s', '', 'e', 'e ee se s es'],
  XN: ['', '', 'e', 'e ee', 's se'],
  IN: ['', '', 'e s', 'e ee se'],
  XK: ['', 's', 'e es', 'e ee', 's se'],
  IK: ['', 's', 'e es s ss', 'e ee se'],
  XX: ['', '', 'e', 'e ee s es', 's se'],
  IX: ['', '', 'e s', 'e ee se s es'],
};

/**
 * Reads `Noise_<pattern><modifiers>_25519_AESGCM_SHA256`, where modifiers are psk0 to psk3 joined by `+`.
 * Throws {@link HandshakeError} `unsupported_protocol` for anything else.
 */
export function parseProtocolName(protocolName: string): HandshakePattern {
  const match = /^Noise_([A-Z]{1,2})((?:psk[0-3](?:\+psk[0-3])*)?)_25519_AESGCM_SHA256$/.exec(protocolName);
  const base = match && Object.hasOwn(FUNDAMENTAL, match[1]!) ? FUNDAMENTAL[match[1]!] : undefined;
  if (!match || !base) throw unsupported(protocolName);
  const [initiatorPre, responderPre, ...messages] = base;
  const positions = match[2] === '' ? [] : match[2]!.split('+').map((modifier) => Number(modifier.slice(3)));
  if (new Set(positions).size !== positions.length || positions.some((position) => position > messages.length))
    throw unsupported(protocolName);
  return {
    initiatorPreMessage: tokens(initiatorPre),
    responderPreMessage: tokens(responderPre),
    messages: messages.map((message, index) => withPsks(tokens(message), index, positions)),
    oneWay: messages.length === 1,
    pskCount: positions.length,
  };
}

/** psk0 stands at the start of the first message, psk1 to psk3 at the end of the first to third (Noise §9.4). */
function withPsks(message: readonly Token[], index: number, positions: readonly number[]): readonly Token[] {
  const before: Token[] = index === 0 && positions.includes(0) ? ['psk'] : [];
  const after: Token[] = positions.includes(index + 1) ? ['psk'] : [];
  return [...before, ...message, ...after];
}

function tokens(text: string): readonly Token[] {
  return text === '' ? [] : (text.split(' ') as Token[]);
}

function unsupported(protocolName: string): HandshakeError {
  return new HandshakeError('unsupported_protocol', `${protocolName.slice(0, 80)} is not a protocol of this build.`);
}
