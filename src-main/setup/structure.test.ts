import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { structureViolations } from './structure.mjs';

let root = '';
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'paseo-structure-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function violations(files: Record<string, string>): string[] {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text);
  }
  return structureViolations(root);
}

describe('structureViolations', () => {
  it('finds nothing wrong with imports that follow the layers', () => {
    const found = violations({
      'README.md': '',
      '.gitignore': '',
      'src-shared/offer.ts': `import { z } from 'zod';\nexport const offer = z;\n`,
      'src-shared/client/connect.ts': `import { offer } from '../offer.ts';\nexport const connect = offer;\n`,
      'src-main/platform/files.ts': `import 'node:fs';\nexport const files = 1;\n`,
      'src-main/daemon/create-daemon.ts': `import type { offer } from '../../src-shared/offer.ts';\nimport { files } from '../platform/files.ts';\nexport type D = typeof offer;\nexport const d = files;\n`,
      'src-main/cli/paseo.ts': `import { d } from '../daemon/create-daemon.ts';\nprocess.exitCode = d;\n`,
      'src-main/desktop/main.ts': `import { app } from 'electron';\nimport { d } from '../daemon/create-daemon.ts';\napp.exit(d);\n`,
      'src-renderer/views/AgentList.tsx': `import { useState } from 'react';\nimport { offer } from '../../src-shared/offer.ts';\nexport const AgentList = () => useState(offer);\n`,
      'src-renderer/phone/main.tsx': `import './phone.css';\nimport { AgentList } from '../views/AgentList.tsx';\nAgentList();\n`,
      'src-renderer/phone/phone.css': '',
    });
    expect(found).toEqual([]);
  });

  it.each([
    ['src-shared/a.ts', `import '../src-main/platform/target.ts';`, 'src-main/platform/target.ts'],
    ['src-shared/a.ts', `import './client/target.ts';`, 'src-shared/client/target.ts'],
    ['src-main/daemon/a.ts', `import type { T } from '../desktop/target.ts';`, 'src-main/desktop/target.ts'],
    [
      'src-main/daemon/a.ts',
      `export { T } from '../relay/target.ts';\nexport const x = 1;`,
      'src-main/relay/target.ts',
    ],
    ['src-main/daemon/a.ts', `await import('../relay/target.ts');`, 'src-main/relay/target.ts'],
    ['src-main/daemon/a.ts', `export type X = import('../cli/target.ts').T;`, 'src-main/cli/target.ts'],
    ['src-main/daemon/agents/a.ts', `import '../sessions/target.ts';`, 'src-main/daemon/sessions/target.ts'],
    ['src-main/daemon/agents/a.ts', `import '../../agent-host/target.ts';`, 'src-main/agent-host/target.ts'],
    [
      'src-main/daemon/agents/acp/a.ts',
      `import '../providers/target.ts';`,
      'src-main/daemon/agents/providers/target.ts',
    ],
    ['src-main/agent-host/a.ts', `import '../daemon/target.ts';`, 'src-main/daemon/target.ts'],
    ['src-main/cli/a.ts', `import '../daemon/target.ts';`, 'src-main/daemon/target.ts'],
    ['src-main/platform/a.ts', `import '../daemon/target.ts';`, 'src-main/daemon/target.ts'],
    ['src-renderer/views/a.ts', `import '../phone/target.ts';`, 'src-renderer/phone/target.ts'],
    ['src-renderer/desktop/a.ts', `import '../../src-main/desktop/target.ts';`, 'src-main/desktop/target.ts'],
  ])('refuses that %s says %s', (file, code, target) => {
    const found = violations({ [file]: code, [target]: 'export type T = 1;' });
    expect(found).toEqual([expect.stringContaining(`${file}: `)]);
    expect(found[0]).toContain(`must not import ${target}`);
  });

  it.each([
    ['src-shared/a.ts', 'node:fs'],
    ['src-shared/a.ts', 'ws'],
    ['src-main/daemon/a.ts', 'electron'],
    ['src-main/desktop/a.ts', 'react'],
    ['src-renderer/views/a.ts', 'node:path'],
    ['src-renderer/phone/a.ts', 'electron'],
    ['src-main/relay/a.ts', 'vitest'],
  ])('refuses in %s the package %s', (file, name) => {
    expect(violations({ [file]: `import '${name}';` })).toEqual([
      expect.stringContaining(`must not import the package ${name}`),
    ]);
  });

  it('lets a test of shared code use Node and its crypto back-end', () => {
    const test = `import 'node:fs';\nimport { it } from 'vitest';\nimport '../../src-main/platform/node-crypto.ts';\nit('x', () => {});\n`;
    expect(violations({ 'src-shared/noise/a.test.ts': test, 'src-main/platform/node-crypto.ts': '' })).toEqual([]);
  });

  it('refuses files of more than 300 lines', () => {
    expect(violations({ 'src-shared/a.ts': '//\n'.repeat(300) })).toEqual([]);
    expect(violations({ 'src-shared/a.ts': '//\n'.repeat(301) })).toEqual([
      'src-shared/a.ts: has 301 lines, more than 300',
    ]);
  });

  it('refuses barrels, names that say nothing and strangers at the top', () => {
    const found = violations({
      'src-shared/a.ts': 'export const a = 1;\n',
      'src-shared/all.ts': `export { a } from './a.ts';\n`,
      'src-shared/star.ts': `export * from './a.ts';\nexport const b = 2;\n`,
      'src-shared/index.ts': '',
      'src-main/daemon/utils.ts': '',
      'src-main/daemon/camelCase.ts': '',
      'src-main/daemon/x.spec.ts': '',
      'notes.txt': '',
    });
    expect(found.toSorted()).toEqual([
      'notes.txt: does not belong at the top level',
      'src-main/daemon/camelCase.ts: is not named in kebab-case',
      'src-main/daemon/utils.ts: has a name that does not say what it holds',
      'src-main/daemon/x.spec.ts: only e2e/ has *.spec files; here it is *.test',
      'src-shared/all.ts: is a barrel: it only passes on what other files export',
      'src-shared/index.ts: has a name that does not say what it holds',
      'src-shared/star.ts: passes on everything of a file (export *)',
    ]);
  });

  it('refuses imports that name no file, a test, or something outside', () => {
    const found = violations({
      'src-shared/a.ts': `import './b';\nimport './c.test.ts';\nimport '../../outside.ts';\n`,
      'src-shared/b.ts': '',
      'src-shared/c.test.ts': '',
    });
    expect(found).toEqual([
      'src-shared/a.ts: imports ./b, which is not a file',
      'src-shared/a.ts: imports the test src-shared/c.test.ts',
      'src-shared/a.ts: imports ../../outside.ts, outside the checkout',
    ]);
  });

  it('refuses code in a folder that no rule covers', () => {
    expect(violations({ 'src-main/other/a.ts': `import 'node:fs';` })).toEqual([
      'src-main/other/a.ts: is in a folder without a rule',
    ]);
  });
});
