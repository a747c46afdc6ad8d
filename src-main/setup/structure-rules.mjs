import path from 'node:path';

/** Files and folders that may stand at the top level; names that start with a dot are always allowed. */
export const TOP_LEVEL = new Set(
  [
    ['package.json', 'package-lock.json', 'electron-builder.yml', 'vite.config.ts'],
    ['src-main', 'src-renderer', 'src-shared', 'e2e', 'bench', 'docs'],
    ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md'],
    // made by tools and ignored by git
    ['node_modules', 'dist', 'release', 'screenshots', 'test-results'],
  ].flat(),
);

/** More than this is more than one concept. */
export const MAX_LINES = 300;

/** Names that say nothing about what is inside. */
export const VAGUE_NAMES = /^(index|utils?|helpers?|managers?|common|misc|shared|types)$/;

/**
 * One folder's rights. The longest folder that holds a file decides.
 * @typedef {object} Zone
 * @property {string[]} may folders and files of ours that it may import, itself always included
 * @property {string[]} [testsMay] what its tests may import on top of that
 * @property {RegExp} packages the packages and Node modules that it may import
 */

/** What every Node part may import. */
const BASE = ['src-shared', 'src-main/platform'];

/** What a daemon and an agent's host have in common; the rest of the host is its own affair. */
const HOST_CONTRACT = [
  'brief-spec',
  'frames',
  'host-fixture',
  'host-protocol',
  'journal',
  'limits',
  'line-splitter',
  'rpc-head',
  'start-spec',
].map((name) => `src-main/agent-host/${name}.ts`);

const AGENTS = 'src-main/daemon/agents';
const AGENTS_MAY = [...BASE, ...HOST_CONTRACT, 'src-main/daemon', '!src-main/daemon/sessions'];
/** Folders of the agents; each may import those before it, and all may import what lies beside the folders. */
const AGENT_FOLDERS = ['hosted', 'acp', 'recording', 'requests', 'prompts', 'providers'].map(
  (name) => `${AGENTS}/${name}`,
);

const ANYWHERE = /^(zod|@noble\/[^/]+)(\/|$)/;
const BROWSER =
  /^(zod|@noble\/[^/]+|react|react-dom|react-markdown|radix-ui|lucide-react|@tanstack\/[^/]+|qrcode|jsqr)(\/|$)/;
const NODE = /^(?!electron(\/|$)|react|radix-ui|lucide|vitest|@playwright|playwright)/;
const NODE_AND_ELECTRON = /^(?!react|radix-ui|lucide|vitest|@playwright|playwright)/;
const ANYTHING = /^/;

/** The packages that every test may import. */
const TEST_PACKAGES = /^(node:|vitest$|fast-check$|zod$|@noble\/|react-dom\/server$|ws$|vite$|playwright$)/;

/** @type {Record<string, Zone>} */
const ZONES = {
  'src-shared': { may: [], testsMay: ['src-main/platform'], packages: ANYWHERE },
  'src-shared/client': { may: ['src-shared'], testsMay: ['src-main/platform'], packages: ANYWHERE },
  'src-main/platform': { may: ['src-shared'], packages: NODE },
  'src-main/agent-host': { may: BASE, packages: NODE },
  'src-main/daemon': {
    may: [...BASE, 'src-main/daemon/agents'],
    testsMay: ['src-main/relay', 'e2e/fake-agent'],
    packages: NODE,
  },
  [AGENTS]: { may: AGENTS_MAY, testsMay: ['e2e/fake-agent'], packages: NODE },
  ...Object.fromEntries(
    AGENT_FOLDERS.map((folder, at) => {
      const later = AGENT_FOLDERS.slice(at + 1).map((other) => `!${other}`);
      return [folder, { may: [...AGENTS_MAY, ...later], testsMay: ['e2e/fake-agent'], packages: NODE }];
    }),
  ),
  'src-main/relay': { may: BASE, packages: NODE },
  'src-main/cli': {
    may: [...BASE, 'src-main/daemon/create-daemon.ts', 'src-main/relay/create-relay.ts'],
    packages: NODE,
  },
  'src-main/desktop': {
    may: [...BASE, 'src-main/daemon', 'src-main/relay'],
    packages: NODE_AND_ELECTRON,
  },
  'src-main/setup': { may: [], packages: NODE },
  'src-main/setup/electron-loader': { may: [], packages: NODE_AND_ELECTRON },
  'src-renderer/views': { may: ['src-shared'], packages: BROWSER },
  'src-renderer/desktop': { may: ['src-shared', 'src-renderer/views'], packages: BROWSER },
  'src-renderer/phone': { may: ['src-shared', 'src-renderer/views'], packages: BROWSER },
  e2e: { may: ['src-shared', 'src-main'], packages: ANYTHING },
  'e2e/fake-agent': { may: ['src-shared'], packages: NODE },
  bench: { may: ['src-shared', 'src-main', 'e2e'], packages: ANYTHING },
};

/** Why `file` must not import `target` (both relative to the checkout), or undefined when it may.
 * @param {string} file
 * @param {string} target */
export function forbiddenPath(file, target) {
  // Our name and version are declared there, once.
  if (target === 'package.json') return undefined;
  const zone = zoneOf(file);
  if (zone === undefined) return 'is in a folder without a rule';
  const [folder, { may, testsMay = [] }] = zone;
  if (may.some((right) => right.startsWith('!') && isInside(target, right.slice(1))))
    return `must not import ${target}`;
  // A nested zone is another layer: src-shared may not import src-shared/client.
  if (zoneOf(target)?.[0] === folder) return undefined;
  const rights = isTest(file) ? [...may, ...testsMay] : may;
  return rights.some((right) => isInside(target, right)) ? undefined : `(${folder}) must not import ${target}`;
}

/** Why `file` must not import the package `name`, or undefined when it may.
 * @param {string} file
 * @param {string} name */
export function forbiddenPackage(file, name) {
  const zone = zoneOf(file);
  if (zone === undefined) return 'is in a folder without a rule';
  if (zone[1].packages.test(name) || (isTest(file) && TEST_PACKAGES.test(name))) return undefined;
  return `(${zone[0]}) must not import the package ${name}`;
}

/** @param {string} file */
export function isTest(file) {
  return /\.test\.tsx?$/.test(file);
}

/** @param {string} file
 * @returns {[string, Zone] | undefined} */
function zoneOf(file) {
  return Object.entries(ZONES)
    .filter(([folder]) => isInside(file, folder))
    .toSorted(([a], [b]) => b.length - a.length)[0];
}

/** @param {string} file
 * @param {string} folder */
function isInside(file, folder) {
  const relative = path.posix.relative(folder, file);
  return relative === '' || !relative.startsWith('..');
}
