import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Everything that is tried with the real programs: longer than `npm test` may take. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  test: {
    include: ['e2e/agents/*.matrix.ts', 'e2e/agents/{story,login}.test.ts'],
    environment: 'node',
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 90_000,
    hookTimeout: 30_000,
    expect: { poll: { timeout: 60_000 } },
    allowOnly: false,
    passWithNoTests: false,
  },
});
