import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { build } from 'vite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TimelineLog } from './timeline-log.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'paseo-kill-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Writes for ever and says on standard output what is acknowledged. */
const writer = `
import { TimelineLog } from ${JSON.stringify(join(import.meta.dirname, 'timeline-log.ts'))};
const log = await TimelineLog.create(process.argv[2]);
for (let i = 1; ; i++) {
  log.append({ kind: 'notice', level: 'info', text: 'entry ' + i });
  log.extend('message', 'text '.repeat(i % 50) + i);
  await log.flush();
  process.stdout.write(log.lastSeq + '\\n');
}`;

test('kill -9 at any moment loses nothing that was acknowledged', async () => {
  await writeFile(join(folder, 'writer.ts'), writer);
  await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    ssr: { noExternal: true },
    build: {
      ssr: join(folder, 'writer.ts'),
      outDir: join(folder, 'out'),
      rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
    },
  });
  for (let run = 0; run < 8; run++) {
    const path = join(folder, `${run}.jsonl`);
    const child = spawn(process.execPath, [join(folder, 'out', 'writer.mjs'), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let acknowledged = 0;
    for await (const line of createInterface(child.stdout)) {
      acknowledged = Number(line);
      if (acknowledged >= 20 + run * 7) break;
    }
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const log = await TimelineLog.open(path);
    expect(log.lastSeq).toBeGreaterThanOrEqual(acknowledged);
    const [entry] = await log.page(acknowledged + 1, 1);
    expect(entry?.body).toMatchObject({
      kind: 'message',
      text: expect.stringMatching(new RegExp(`${acknowledged / 2}$`)),
    });
    await log.close();
  }
}, 60_000);
