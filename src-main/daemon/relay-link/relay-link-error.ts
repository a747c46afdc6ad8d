import type { IncomingMessage } from 'node:http';
import { CodedError } from '../../../src-shared/coded-error.ts';
import { RELAY_VERSION, RelayClose } from '../../../src-shared/relay/envelopes.ts';
import type { RelayToDaemon } from '../../../src-shared/relay/envelopes.ts';

type RelayLinkErrorCode =
  | 'not_reached'
  | 'not_a_relay'
  | 'too_many'
  | 'version'
  | 'bad_proof'
  | 'wrong_name'
  | 'take_over_limit'
  | 'taken'
  | 'timeout'
  | 'protocol'
  | 'lost';

/** Why a link is not online, with the fix, as a person reads it in the tray and the command line. */
export class RelayLinkError extends CodedError<RelayLinkErrorCode> {}

type Refusal = Extract<RelayToDaemon, { t: 'refused' }>['code'];

export function refusedError(code: Refusal, endpoint: string): RelayLinkError {
  switch (code) {
    case 'wrong_name':
      return new RelayLinkError(
        code,
        `The relay does not go by the name ${endpoint}. Start it with --name ${endpoint}, or set daemon.relay.endpoint to one of its names.`,
      );
    case 'bad_proof':
      return new RelayLinkError(
        code,
        `The relay at ${endpoint} refused this daemon's proof of identity. Update the older of the two.`,
      );
    case 'take_over_limit':
      return new RelayLinkError(code, takenMessage(endpoint));
    case 'too_many':
      return new RelayLinkError(
        code,
        `The relay at ${endpoint} is full. Try later, or set daemon.relay.endpoint to another.`,
      );
  }
}

export function takenError(endpoint: string): RelayLinkError {
  return new RelayLinkError('taken', takenMessage(endpoint));
}

function takenMessage(endpoint: string): string {
  return (
    `Another daemon with this one's identity is connected to the relay at ${endpoint}. ` +
    'Was its home folder copied? Stop the other one, or remove daemon-keypair.json and device-session.json from the copy.'
  );
}

export function timeoutError(endpoint: string): RelayLinkError {
  return new RelayLinkError(
    'timeout',
    `The relay at ${endpoint} did not answer in time. Check that it is a Paseo relay.`,
  );
}

export function protocolError(endpoint: string): RelayLinkError {
  return new RelayLinkError(
    'protocol',
    `The relay at ${endpoint} sent what this version does not know. Update the older of the two.`,
  );
}

export function silentError(endpoint: string): RelayLinkError {
  return new RelayLinkError('lost', `The relay at ${endpoint} stopped answering.`);
}

/** `theirs` is the relay's version, NaN when it did not say. */
export function versionError(theirs: number, endpoint: string): RelayLinkError {
  const older = theirs > RELAY_VERSION ? 'this daemon' : 'the relay';
  return new RelayLinkError('version', `The relay at ${endpoint} speaks another version. Update ${older}.`);
}

/** For a control socket that closed before or after it was online. */
export function closedError(code: number, reason: string, endpoint: string): RelayLinkError {
  if (code === RelayClose.version) return versionError(Number(reason), endpoint);
  if (code === RelayClose.tooMany) return refusedError('too_many', endpoint);
  if (code === RelayClose.goingAway)
    return new RelayLinkError('lost', `The relay at ${endpoint} is stopping or restarting.`);
  return new RelayLinkError('lost', `The connection to the relay at ${endpoint} was lost.`);
}

/** Something that speaks HTTP refused the upgrade. */
export function responseError(response: IncomingMessage, endpoint: string): RelayLinkError {
  if (response.statusCode === 429) return refusedError('too_many', endpoint);
  return new RelayLinkError(
    'not_a_relay',
    `What answers at ${endpoint} is not a Paseo relay (HTTP ${response.statusCode ?? 0}). Check daemon.relay.endpoint.`,
  );
}

export function dialError(cause: NodeJS.ErrnoException, endpoint: string): RelayLinkError {
  const code = cause.code ?? '';
  const reached = (message: string): RelayLinkError => new RelayLinkError('not_reached', message, { cause });
  if (code === 'ECONNREFUSED') return reached(`Nothing listens at ${endpoint}. Is the relay running?`);
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return reached(`The name of the relay ${endpoint} was not found. Check daemon.relay.endpoint and the network.`);
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO/.test(code) || code === 'EPROTO')
    return reached(
      `No trusted TLS connection to the relay ${endpoint} (${code}). Check its certificate and daemon.relay.useTls.`,
    );
  return reached(`The relay ${endpoint} cannot be reached (${code === '' ? 'no answer' : code}). Check the network.`);
}
