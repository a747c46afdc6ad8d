import { randomBytes } from 'node:crypto';
import { toBase32 } from '../../../src-shared/bytes.ts';

/** 80 random bits as 16 characters of lower-case base32: agent ids, log ids and permission requests. */
export function randomId(): string {
  return toBase32(randomBytes(10));
}
