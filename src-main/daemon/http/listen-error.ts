import { CodedError } from '../../../src-shared/coded-error.ts';
import { systemErrorCode } from '../../platform/system-error.ts';

type ListenErrorCode =
  | 'invalid_address'
  | 'address_in_use'
  | 'address_not_available'
  | 'permission_denied'
  | 'socket_path_too_long'
  /** Something that is not an unused socket of ours stands at the path. */
  | 'socket_path_occupied'
  /** Others could replace the socket. */
  | 'socket_folder_unsafe'
  | 'listen_failed';

export class ListenError extends CodedError<ListenErrorCode> {}

/** What the operating system's refusal to listen on `address` means, with the fix. */
export function listenError(address: string, cause: unknown): ListenError {
  const code = systemErrorCode(cause);
  switch (code) {
    case 'EADDRINUSE':
      return new ListenError(
        'address_in_use',
        `Another program already listens on ${address}. Stop it, or choose another port in daemon.listen (PASEO_LISTEN).`,
        { cause },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new ListenError(
        'address_not_available',
        `This machine does not have the address of ${address}. Connect that network, or change daemon.listen (PASEO_LISTEN).`,
        { cause },
      );
    case 'EACCES':
    case 'EPERM':
      return new ListenError(
        'permission_denied',
        `Not allowed to listen on ${address}. Choose a port above 1023, or a folder of your own for a socket.`,
        { cause },
      );
    default:
      return new ListenError('listen_failed', `Cannot listen on ${address} (${code ?? 'unknown error'}).`, { cause });
  }
}
