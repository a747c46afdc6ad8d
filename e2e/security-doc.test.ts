import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const document = await readFile(join(root, 'docs/security.md'), 'utf8');
const named = [...document.matchAll(/`(\S+\.(?:test|spec)\.tsx?) › ([^`]+)`/g)].map((match) => ({
  file: match[1] ?? '',
  test: match[2] ?? '',
}));

describe('docs/security.md', () => {
  it.each(named)('names a test that exists: $file › $test', async ({ file, test }) => {
    const source = await readFile(join(root, file), 'utf8');
    expect(titles(source)).toContain(test);
  });

  it('names a test for every guarantee', () => {
    const guarantees = /^## Guarantees$([\s\S]*?)^## /m.exec(document)?.[1] ?? '';
    const claims = guarantees.split(/^- /m).slice(1);
    expect(claims.length).toBeGreaterThan(20);
    for (const claim of claims) expect(claim, claim).toContain(' › ');
  });

  it('names no file of the project that does not exist', () => {
    const links = [...document.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)].map((match) => match[1] ?? '');
    for (const link of links) expect(existsSync(join(root, 'docs', link)), link).toBe(true);
  });
});

/** What tests are called in the source, `%s` and all. */
function titles(source: string): string[] {
  return [...source.matchAll(/\(\s*(['"`])((?:(?!\1)[^\\]|\\.)*)\1\s*,/g)].map((match) => match[2] ?? '');
}
