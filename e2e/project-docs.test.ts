import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { tableRows } from './support/markdown.ts';

const root = join(import.meta.dirname, '..');
const text = (name: string): Promise<string> => readFile(join(root, name), 'utf8');
const readme = await text('README.md');
const architecture = await text('docs/architecture.md');
const daemonSources = await sources('src-main/daemon');
/** What a table says in code, commas and dashes aside. */
const inQuotes = (cell: string): string[] => [...cell.matchAll(/`?([\w.<>$/-]+)`?/g)].map((match) => match[1] ?? '');

describe('README.md', () => {
  const rows = tableRows(readme, 'key', 'environment', 'default', 'meaning');

  it('has every key of config.json, and no other', async () => {
    const declared = await text('src-main/daemon/config/config-keys.ts');
    const keys = [...declared.matchAll(/^ +'?([\w.]+)'?: \[\s*(?!SECTION)\S/gm)].map((match) => match[1] ?? '');
    expect(keys.length).toBeGreaterThan(10);
    for (const key of keys) expect(readme, key).toContain(`\`${key}`);
    const listed = rows.map(([key = '']) => key.replace('.<id>', ''));
    expect(listed.filter((key) => !keys.includes(key))).toEqual([]);
  });

  it('has every variable of the configuration, beside the key that it sets', async () => {
    const declared = await text('src-main/daemon/config/environment.ts');
    const variables = [...declared.matchAll(/variable: '(\w+)'/g)].map((match) => match[1] ?? '');
    expect(variables.length).toBeGreaterThan(5);
    for (const variable of variables) expect(readme, variable).toContain(`\`${variable}\``);
    const listed = rows.map(([, variable = '']) => variable).filter((variable) => variable !== '');
    expect(listed.filter((variable) => !variables.includes(variable))).toEqual([]);
  });

  it('names the stages of the tests as they are', async () => {
    const stages = /npm test -- unit +# one stage: (.+)/.exec(readme)?.[1]?.split(/, | or /) ?? [];
    const checks = [
      ...(await text('src-main/setup/test-stages.mjs')).matchAll(/^ {2}(\w+): \[tool|^ {2}(\w+): \[in/gm),
    ];
    const names = checks.map((match) => match[1] ?? match[2] ?? '');
    expect(stages).toEqual([...names, 'build', 'unit', 'e2e']);
  });
});

describe('docs/architecture.md', () => {
  it('has every file of the home', () => {
    const used = [
      ...daemonSources.matchAll(/home\.(?:file|dir)\('([\w.-]+)'/g),
      ...daemonSources.matchAll(/ name: '([\w-]+\.json)'/g),
    ];
    const stored = [...daemonSources.matchAll(/join\(directory, '([\w.-]+)'\)/g)];
    const files = new Set([...used, ...stored].map((match) => match[1] ?? ''));
    expect(files.size).toBeGreaterThan(8);
    const listed = tableRows(architecture, 'file', 'what', 'mode').flatMap(([file = '']) => inQuotes(file));
    for (const file of files)
      expect(
        listed.map((name) => name.replace('/<id>/', '')),
        file,
      ).toContain(file);
  });
});

it('no document names a file or folder of the source that is not there', async () => {
  const adrs = (await readdir(join(root, 'docs/adr'))).map((name) => `docs/adr/${name}`);
  for (const name of [
    'README.md',
    'SECURITY.md',
    'docs/architecture.md',
    'docs/protocol.md',
    'docs/security.md',
    ...adrs,
  ]) {
    for (const [path] of (await text(name)).matchAll(/(?<![\w/])(?:src-\w+|e2e|docs)\/[\w./-]*[\w-]/g))
      expect(existsSync(join(root, path)), `${name} says ${path}`).toBe(true);
  }
});

async function sources(folder: string): Promise<string> {
  const files = await readdir(join(root, folder), { recursive: true });
  const found = files.filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'));
  return (await Promise.all(found.map((name) => text(join(folder, name))))).join('\n');
}
