/**
 * Switches among `args` that would take protection away from the windows of a released app. Whoever can start a program with
 * them could do worse, but a link, a desktop file or an environment of somebody else's making must not.
 */
export function weakeningSwitches(args: readonly string[], platform: NodeJS.Platform = process.platform): string[] {
  // Chromium takes a slash for a dash on Windows, and capitals for small letters.
  const switches = platform === 'win32' ? /^(?:--?|\/)([a-z0-9-]+)(?:=|$)/i : /^--?([A-Za-z0-9-]+)(?:=|$)/;
  return args
    .map((argument) => switches.exec(argument)?.[1] ?? '')
    .map((name) => (platform === 'win32' ? name.toLowerCase() : name))
    .filter((name) => WEAKENING.test(name))
    .map((name) => `--${name}`);
}

const WEAKENING = new RegExp(
  `^(?:${[
    'remote-debugging.*',
    'inspect.*',
    'debug.*',
    'no-sandbox',
    'no-zygote.*',
    'allow-sandbox-debugging',
    'auto-open-devtools-for-tabs',
    'unsafely-.*',
    'disable-.*sandbox',
    'disable-web-security',
    'disable-site-isolation.*',
    'allow-file-access.*',
    'allow-running-insecure-content',
    'ignore-certificate-errors.*',
    'host-rules',
    'host-resolver-rules',
    'proxy-.*',
    'js-flags',
    'load-extension',
    'renderer-cmd-prefix',
    'utility-cmd-prefix',
    'gpu-launcher',
    'browser-subprocess-path',
    'single-process',
    'enable-blink-features',
    'experimental-.*',
    'user-data-dir',
    'log-net-log',
  ].join('|')})$`,
);
