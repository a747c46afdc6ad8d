import { inspect } from 'node:util';
import { z } from 'zod';
import { FileError, readPrivateFile, writeFileAtomic } from '../../platform/atomic-file.ts';
import { generateSigningKeyPair, signingPublicKey } from '../../platform/ed25519.ts';
import type { SigningKeyPair } from '../../platform/ed25519.ts';
import { equalBytes, fromBase64url, toBase64url, toHex } from '../../../src-shared/bytes.ts';
import type { CryptoProvider, KeyPair } from '../../../src-shared/crypto/crypto-provider.ts';
import { Key32, Timestamp } from '../../../src-shared/ids.ts';
import { HomeError } from './home-error.ts';
import { identityMade, rememberIdentityMade } from './paseo-home.ts';
import type { PaseoHome } from './paseo-home.ts';

/** The long-lived keys of a daemon (docs/protocol.md). Shown as `[redacted]` by console and log. */
interface Identity {
  /** X25519, the responder's static key. Noise only. */
  readonly staticKeyPair: KeyPair;
  /** SHA-256 of the static public key, its first 16 bytes in hex groups of four: for people to compare. */
  readonly fingerprint: string;
  /** Ed25519, owns the session id of registered devices at the relay. */
  readonly deviceSession: SigningKeyPair;
}

/**
 * Reads the keys of the home, or makes them at its first start. Keys that were made once and are missing, damaged, too open or
 * another user's are never replaced: throws {@link HomeError} or {@link FileError} with advice.
 */
export async function loadIdentity(home: PaseoHome, provider: CryptoProvider): Promise<Identity> {
  const made = await identityMade(home);
  const staticKeyPair = await loadKey(home, made, {
    name: 'daemon-keypair.json',
    format: 'paseo-daemon-keypair',
    generate: () => provider.generateKeyPair(),
    publicKey: (secretKey) => provider.publicKey(secretKey),
  });
  const deviceSession = await loadKey(home, made, {
    name: 'device-session.json',
    format: 'paseo-device-session',
    generate: generateSigningKeyPair,
    publicKey: signingPublicKey,
  });
  if (!made) await rememberIdentityMade(home);
  const digest = toHex(provider.sha256(staticKeyPair.publicKey).subarray(0, 16));
  return { staticKeyPair, deviceSession, fingerprint: digest.replace(/(.{4})(?=.)/g, '$1 ') };
}

interface KeyKind {
  readonly name: string;
  readonly format: string;
  generate(): KeyPair;
  publicKey(secretKey: Uint8Array): Uint8Array;
}

const KeyFile = z.strictObject({
  format: z.string(),
  version: z.literal(1),
  createdAt: Timestamp,
  publicKey: Key32,
  secretKey: Key32,
});

async function loadKey(home: PaseoHome, made: boolean, kind: KeyKind): Promise<KeyPair> {
  const path = home.file(kind.name);
  let text: string;
  try {
    text = await readPrivateFile(path);
  } catch (error) {
    if (!(error instanceof FileError) || error.code !== 'missing') throw error;
    if (made) throw lostKey(path);
    return await makeKey(path, kind);
  }
  return redacted(parseKey(path, text, kind));
}

async function makeKey(path: string, kind: KeyKind): Promise<KeyPair> {
  const pair = kind.generate();
  const file: z.infer<typeof KeyFile> = {
    format: kind.format,
    version: 1,
    createdAt: new Date().toISOString(),
    publicKey: toBase64url(pair.publicKey),
    secretKey: toBase64url(pair.secretKey),
  };
  await writeFileAtomic(path, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  return redacted(pair);
}

function parseKey(path: string, text: string, kind: KeyKind): KeyPair {
  // What is wrong with it is not said: messages of parsers quote what they read.
  let file: z.infer<typeof KeyFile>;
  try {
    file = KeyFile.parse(JSON.parse(text));
  } catch {
    throw corrupt(path);
  }
  const publicKey = fromBase64url(file.publicKey);
  const secretKey = fromBase64url(file.secretKey);
  if (file.format !== kind.format || !equalBytes(kind.publicKey(secretKey), publicKey)) throw corrupt(path);
  return { publicKey, secretKey };
}

function redacted(pair: KeyPair): KeyPair {
  const hide = { value: () => '[redacted]', enumerable: false };
  return Object.defineProperties({ ...pair }, { [inspect.custom]: hide, toJSON: hide });
}

function corrupt(path: string): HomeError {
  return new HomeError('corrupt', `${path} is damaged. It was left as it is. ${ADVICE}`);
}

function lostKey(path: string): HomeError {
  return new HomeError('missing_key', `${path} is gone, and devices know this daemon by it. ${ADVICE}`);
}

const ADVICE =
  'Put it back from a backup; or move the whole home away to start with a new identity, and pair your devices again.';
