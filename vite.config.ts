import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build, type InlineConfig, type ViteBuilder } from 'vite';
import { defineConfig } from 'vitest/config';

const inCheckout = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Electron and Node come with the runtime; ws only tries whether the other two are there. */
const external = [/^electron(\/|$)/, /^node:/, ...builtinModules, 'bufferutil', 'utf-8-validate'];

/** A Node program bundled with its packages, so that dist/ runs without node_modules. */
function nodePrograms(outDir: string, entries: Record<string, string>): InlineConfig {
  return {
    configFile: false,
    root: inCheckout('.'),
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      target: 'node20',
      outDir: inCheckout(outDir),
      emptyOutDir: true,
      minify: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, inCheckout(entry)])),
        external,
        platform: 'node',
        output: { format: 'esm', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  };
}

/**
 * The host of an agent runs on while its app is updated, so it is one file that never loads another one later, and without what
 * only the daemon needs.
 */
function agentHost(): InlineConfig {
  const config = nodePrograms('dist/main', { 'agent-host': 'src-main/agent-host/agent-host.ts' });
  const { rolldownOptions, ...rest } = config.build!;
  const output = { format: 'esm' as const, entryFileNames: '[name].js', codeSplitting: false };
  return { ...config, build: { ...rest, emptyOutDir: false, rolldownOptions: { ...rolldownOptions, output } } };
}

/** The one script of the windows' bridge. A sandboxed preload must be CommonJS in a single file. */
function preloadScript(): InlineConfig {
  return {
    configFile: false,
    root: inCheckout('.'),
    publicDir: false,
    logLevel: 'warn',
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      target: 'chrome130',
      outDir: inCheckout('dist/main'),
      emptyOutDir: false,
      minify: false,
      rolldownOptions: {
        input: { preload: inCheckout('src-main/desktop/preload.ts') },
        external,
        output: { format: 'cjs', entryFileNames: '[name].cjs', codeSplitting: false },
      },
    },
  };
}

/** A folder of web pages. Nothing is inlined, since the pages' policy allows no data: scripts or inline code. */
function webPages(folder: string, pages: string[], outDir: string, target: string[]): InlineConfig {
  return {
    configFile: false,
    root: inCheckout(folder),
    base: './',
    logLevel: 'warn',
    build: {
      target,
      outDir: inCheckout(outDir),
      emptyOutDir: true,
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 1500,
      rolldownOptions: {
        // "use client" means something to React servers only.
        onLog: (level, log, show) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && show(level, log),
        input: Object.fromEntries(pages.map((page) => [page.replace('.html', ''), inCheckout(`${folder}/${page}`)])),
      },
    },
  };
}

/** The programs that speak ACP in front of Claude Code and Codex, each in one file, with the terms they come under. */
async function adapters(): Promise<void> {
  const modules = (path: string): string => inCheckout(`node_modules/${path}`);
  await build(
    nodePrograms('dist/adapters', { claude: 'node_modules/@agentclientprotocol/claude-agent-acp/dist/index.js' }),
  );
  // It is one file already.
  cpSync(modules('@agentclientprotocol/codex-acp/dist/index.js'), inCheckout('dist/adapters/codex.js'));
  mkdirSync(inCheckout('dist/adapters/licenses'));
  for (const [name, file] of [
    ['claude-agent-acp', '@agentclientprotocol/claude-agent-acp/LICENSE'],
    ['claude-agent-sdk', '@anthropic-ai/claude-agent-sdk/LICENSE.md'],
    ['codex-acp', '@agentclientprotocol/codex-acp/LICENSE'],
  ] as const) {
    cpSync(modules(file), inCheckout(`dist/adapters/licenses/${name}.txt`));
  }
  // In a package these files lie beside the app, where no other package.json says that they are ES modules.
  writeFileSync(inCheckout('dist/package.json'), '{ "type": "module" }\n');
}

async function buildEverything(builder: ViteBuilder): Promise<void> {
  // Each part has its own root and public folder, which environments of one Vite build cannot have. Vite would build its
  // own environments as well unless they count as built.
  for (const environment of Object.values(builder.environments)) environment.isBuilt = true;
  await build(
    nodePrograms('dist/main', {
      main: 'src-main/desktop/main.ts',
      paseo: 'src-main/cli/paseo.ts',
      vectors: 'src-main/platform/vectors.ts',
    }),
  );
  await build(agentHost());
  await build(preloadScript());
  await adapters();
  await build(
    nodePrograms('dist/bench', {
      bench: 'bench/bench.ts',
      'relay-peer': 'bench/relay-peer.ts',
      'pipe-peer': 'bench/pipe-peer.ts',
      'stamping-agent': 'bench/stamping-agent.ts',
      'timeline-reader': 'bench/timeline-reader.ts',
      'agent-feeder': 'bench/agent-feeder.ts',
      'scale-client': 'bench/scale-client.ts',
      'loop-monitor': 'bench/loop-monitor.ts',
    }),
  );
  const windows = ['agents.html', 'pairing.html', 'settings.html'];
  await build(webPages('src-renderer/desktop', windows, 'dist/desktop', ['chrome130']));
  await build(webPages('src-renderer/phone', ['index.html'], 'dist/phone', ['safari16.4', 'chrome109', 'firefox115']));
  chmodSync(inCheckout('dist/main/paseo.js'), 0o755);
  cpSync(inCheckout('src-main/desktop/icons'), inCheckout('dist/main/icons'), { recursive: true });
}

export default defineConfig({
  builder: { buildApp: buildEverything },
  test: {
    include: ['src-*/**/*.test.{ts,tsx}', 'e2e/**/*.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    allowOnly: false,
    // Only what hangs shall fail by time: many tests start real processes, and some write to the disk a thousand times.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    passWithNoTests: false,
  },
});
