/** Where the agents' own programs keep their settings: paths, no secrets. */
export const SETTING_FOLDERS = ['CLAUDE_CONFIG_DIR', 'CODEX_HOME', 'OPENCODE_CONFIG', 'OPENCODE_CONFIG_DIR'];

/**
 * What an agent's program finds in its environment: what a login shell would give it, and what the provider entry adds.
 * Nothing of Paseo, Electron or npm, and no key that merely happened to be in the daemon's environment. SSH_AUTH_SOCK and the
 * proxy settings are the user's own and let `git push` work as in a terminal.
 */
const NAMES = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TERM', 'COLORTERM', 'TMPDIR', 'TZ'],
  ...['SSH_AUTH_SOCK', 'HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY'],
  ...['http_proxy', 'https_proxy', 'all_proxy', 'no_proxy'],
  ...['SSL_CERT_FILE', 'SSL_CERT_DIR', 'NODE_EXTRA_CA_CERTS'],
  ...SETTING_FOLDERS,
  ...['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'TEMP', 'TMP', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
]);
const PREFIXES = ['LC_', 'XDG_'];

/** `provider` wins over the allow-list; `PASEO_AGENT_ID` is the marker by which scripts know where they run. */
export function agentEnvironment(
  own: NodeJS.ProcessEnv,
  provider: Readonly<Record<string, string>>,
  agentId: string,
): Record<string, string> {
  const environment: Record<string, string> = {};
  for (const [name, value] of Object.entries(own)) {
    const allowed = NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix));
    if (allowed && value !== undefined) environment[name] = value;
  }
  return { ...environment, ...provider, PASEO_AGENT_ID: agentId };
}
