/** Which side to update, when one of these handshake failures is about versions; null when none is. */
export function versionWords(codes: ReadonlySet<string>): string | null {
  if (codes.has('daemon_newer')) return 'Your computer runs a newer version of Paseo. Update Paseo on this device.';
  if (codes.has('daemon_older')) return 'Your computer runs an older version of Paseo. Update Paseo on the computer.';
  if (codes.has('version_unsupported'))
    return 'Your computer speaks another version of Paseo. Update Paseo here and on the computer.';
  return null;
}
