import { CodedError } from '../coded-error.ts';

/**
 * `bad_message` is everything a peer can cause: wrong tag, low-order key, truncated message. It says no more, so that nobody learns
 * which. The other codes are mistakes of the calling code.
 */
export class HandshakeError extends CodedError<
  'bad_message' | 'out_of_turn' | 'message_too_long' | 'missing_key' | 'unsupported_protocol'
> {}

export class CipherError extends CodedError<'bad_tag' | 'nonce_exhausted' | 'destroyed'> {}

export function badMessage(): HandshakeError {
  return new HandshakeError(
    'bad_message',
    'The handshake message did not verify. Close the connection and start again.',
  );
}
