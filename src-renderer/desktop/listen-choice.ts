/** What the settings window makes of `daemon.listen`: the main address, and what else is listened on. */
export interface ListenChoice {
  readonly main: string;
  readonly also: AlsoListen;
}

export type AlsoListen =
  | { readonly kind: 'nothing' }
  /** An address of this machine, with the main address's port. */
  | { readonly kind: 'local'; readonly address: string }
  /** Anything else, as it is written in the configuration. */
  | { readonly kind: 'other'; readonly addresses: readonly string[] };

const DEFAULT_PORT = '6767';

/** `local` are the addresses of this machine without ports. */
export function readListen(listen: readonly string[], local: readonly string[]): ListenChoice {
  const [main = `127.0.0.1:${DEFAULT_PORT}`, ...rest] = listen;
  if (rest.length === 0) return { main, also: { kind: 'nothing' } };
  const address = rest.length === 1 ? local.find((entry) => withPort(entry, portOf(main)) === rest[0]) : undefined;
  return { main, also: address === undefined ? { kind: 'other', addresses: rest } : { kind: 'local', address } };
}

/** The list for the configuration. */
export function writeListen(choice: ListenChoice): string[] {
  switch (choice.also.kind) {
    case 'nothing':
      return [choice.main];
    case 'local':
      return [choice.main, withPort(choice.also.address, portOf(choice.main))];
    case 'other':
      return [choice.main, ...choice.also.addresses];
  }
}

/** Whether an address takes connections from every network this machine joins. */
export function isEverywhere(address: string): boolean {
  return /^(?:0\.0\.0\.0|\[::\]|\*):/.test(address);
}

function withPort(address: string, port: string): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** A Unix socket has no port; beside it the usual one is used. */
function portOf(listen: string): string {
  if (listen.startsWith('/')) return DEFAULT_PORT;
  return /(\d+)$/.exec(listen)?.[1] ?? DEFAULT_PORT;
}
