import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The absolute path of something in this checkout; without parts, of the checkout itself.
 * @param {...string} parts */
export function inCheckout(...parts) {
  return path.resolve(root, ...parts);
}

/** Where downloads are kept so that the next checkout is quick: PASEO_CACHE_DIR, else the user's cache folder.
 * @param {NodeJS.ProcessEnv} [env] */
export function cacheFolder(env = process.env) {
  if (env['PASEO_CACHE_DIR']) return path.resolve(env['PASEO_CACHE_DIR']);
  const xdg = env['XDG_CACHE_HOME'];
  return path.join(xdg && path.isAbsolute(xdg) ? xdg : path.join(os.homedir(), '.cache'), 'paseo');
}
