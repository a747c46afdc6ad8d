import type { MessageConnection } from '../../../src-shared/channel/message-connection.ts';
import type { ClientHello, SessionRole } from '../../../src-shared/devices.ts';

/** A connection whose other end is known: what a session is made of. */
export interface AcceptedClient {
  readonly connection: MessageConnection;
  readonly role: SessionRole;
  /** null for the owner, who is no device. */
  readonly device: { readonly id: string; readonly name: string } | null;
  readonly hello: ClientHello;
}
