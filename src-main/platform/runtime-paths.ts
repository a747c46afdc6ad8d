import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

/** Programs of ours that run outside the app, and the plain Node that runs them. Absolute paths. */
export interface RuntimePaths {
  /** Never Electron, which runs no scripts in a packaged app. */
  readonly nodePath: string;
  readonly hostProgram: string;
  readonly adapters: { readonly claude: string; readonly codex: string };
}

interface Surroundings {
  /** The built programs: `dist` of a checkout. */
  readonly dist: string;
  /** `resources` of a packaged app, which brings its own Node and a `dist` that plain Node can read; null in a checkout. */
  readonly resources: string | null;
  readonly env: NodeJS.ProcessEnv;
  /** The program that runs this process, if it is plain Node. */
  readonly node: string | null;
}

/** Where this installation of Paseo has them. */
export function runtimePaths({ dist, resources, env, node }: Surroundings): RuntimePaths {
  const programs = resources === null ? dist : join(resources, 'dist');
  return {
    nodePath: resources === null ? (node ?? nodeOfCheckout(env)) : packagedNode(resources),
    hostProgram: join(programs, 'main/agent-host.js'),
    adapters: { claude: join(programs, 'adapters/claude.js'), codex: join(programs, 'adapters/codex.js') },
  };
}

/** Relative to `resources`; the packaging puts it there. */
function packagedNode(resources: string): string {
  return join(resources, 'node', process.platform === 'win32' ? 'node.exe' : 'bin/node');
}

/** The Node that ran npm, else the first on PATH. */
function nodeOfCheckout(env: NodeJS.ProcessEnv): string {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const onPath = (env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));
  const found = [env['npm_node_execpath'] ?? '', ...onPath].find((path) => isAbsolute(path) && isExecutable(path));
  // Spawning it will say that there is none.
  return found ?? name;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
