import type { Socket } from 'node:net';
import { isLoopbackSource, sourceName } from './source-address.ts';

const DEFAULT_PORTS = [443, 80];

/**
 * Whether `name`, the `host:port` that a daemon says it dialled, is this relay. A proof names the relay it was made for, so that
 * an impostor cannot forward it here. Given names count alone (one without a port stands for 443, 80 and the port listened
 * on); without any, the name must be the very address and port that the connection came to.
 */
export function isRelayName(
  name: string,
  names: readonly string[],
  socket: Pick<Socket, 'localAddress' | 'localPort'>,
) {
  const port = socket.localPort ?? 0;
  const own = names.length > 0 ? names.flatMap((given) => withPorts(given, port)) : localNames(socket, port);
  return own.includes(name.toLowerCase());
}

function withPorts(given: string, port: number): string[] {
  const name = given.toLowerCase();
  if (/^(\[[^\]]*\]|[^:]*):\d+$/.test(name)) return [name];
  return [...DEFAULT_PORTS, port].map((each) => `${bracketed(name)}:${each}`);
}

function localNames(socket: Pick<Socket, 'localAddress'>, port: number): string[] {
  const raw = socket.localAddress ?? '';
  const address = raw.startsWith('::ffff:') ? raw.slice(7) : raw;
  const loopback = isLoopbackSource(sourceName(address)) ? [`localhost:${port}`] : [];
  return [`${bracketed(address)}:${port}`, ...loopback];
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
