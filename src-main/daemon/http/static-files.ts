import { lstat, readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { systemErrorCode } from '../../platform/system-error.ts';

interface StaticFile {
  readonly body: Buffer;
  readonly contentType: string;
  readonly cacheControl: string;
}

/** The built web client: a folder, read-only. */
export class StaticFiles {
  readonly #root: string | null;

  /** null: there is none. */
  constructor(root: string | null) {
    this.#root = root;
  }

  /** The file that a request path (without its query) names; null when there is none. `/` names `index.html`. */
  async find(path: string): Promise<StaticFile | null> {
    const name = path === '/' ? '/index.html' : path;
    if (this.#root === null || !PLAIN_PATH.test(name)) return null;
    const file = join(this.#root, name);
    try {
      if (!(await lstat(file)).isFile()) return null;
      // A link among the folders on the way would lead out.
      if (!(await realpath(file)).startsWith((await realpath(this.#root)) + sep)) return null;
      const contentType = CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
      return {
        body: await readFile(file),
        contentType,
        cacheControl: name.startsWith('/assets/') ? FOREVER : 'no-cache',
      };
    } catch (error) {
      const code = systemErrorCode(error);
      if (code === 'ENOENT' || code === 'ENOTDIR') return null;
      throw error;
    }
  }
}

/** What the build makes: no escapes, no hidden files, so nothing that a file system could read as a way up. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/;

/** Names in assets/ hold a hash of the content. */
const FOREVER = 'public, max-age=31536000, immutable';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
