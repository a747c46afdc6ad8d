import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';

/** For tests of other processes: bundles TypeScript that imports our files by absolute path. Returns the script to give to Node. */
export async function bundledScript(folder: string, source: string): Promise<string> {
  await writeFile(join(folder, 'script.ts'), source);
  await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    ssr: { noExternal: true },
    build: {
      ssr: join(folder, 'script.ts'),
      outDir: join(folder, 'bundled'),
      rolldownOptions: { output: { entryFileNames: 'script.mjs' } },
    },
  });
  return join(folder, 'bundled', 'script.mjs');
}
