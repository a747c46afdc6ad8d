import { CodedError } from '../../src-shared/coded-error.ts';

type RelayListenErrorCode =
  'bad_address' | 'address_in_use' | 'address_not_available' | 'permission_denied' | 'listen_failed';

/** The relay could not listen; the message names the address and the fix. */
export class RelayListenError extends CodedError<RelayListenErrorCode> {}

export function listenError(cause: NodeJS.ErrnoException, host: string, port: number): RelayListenError {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  switch (cause.code) {
    case 'EADDRINUSE':
      return new RelayListenError(
        'address_in_use',
        `Another program listens on ${at}. Stop it or choose another port.`,
        {
          cause,
        },
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return new RelayListenError('address_not_available', `This machine has no address ${host}. Choose one it has.`, {
        cause,
      });
    case 'EACCES':
      return new RelayListenError('permission_denied', `Not allowed to listen on ${at}. Choose a port above 1023.`, {
        cause,
      });
    default:
      return new RelayListenError('listen_failed', `Could not listen on ${at} (${cause.code ?? 'unknown error'}).`, {
        cause,
      });
  }
}
