import { describe, expect, it } from 'vitest';

import { honestCounts, playwrightCounts, vitestCounts } from './test-counts.mjs';

const assertions = (...statuses: string[]) => statuses.map((status) => ({ status }));

describe('vitestCounts', () => {
  it('adds up the tests of all files', () => {
    const report = {
      testResults: [
        { status: 'failed', assertionResults: assertions('passed', 'failed', 'pending') },
        { status: 'passed', assertionResults: assertions('passed', 'todo') },
      ],
    };
    expect(vitestCounts(report)).toEqual({ passed: 2, failed: 1, skipped: 2 });
  });

  it('counts a file that could not be loaded as a failure', () => {
    const report = { testResults: [{ status: 'failed', assertionResults: [] }] };
    expect(vitestCounts(report)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

describe('playwrightCounts', () => {
  it('counts flaky tests and errors outside of tests as failures', () => {
    const report = { stats: { expected: 5, unexpected: 1, flaky: 1, skipped: 2 }, errors: [{}] };
    expect(playwrightCounts(report)).toEqual({ passed: 5, failed: 3, skipped: 2 });
  });
});

describe('honestCounts', () => {
  it('fails a run whose program failed although no test did', () => {
    expect(honestCounts({ passed: 3, failed: 0, skipped: 0 }, 1)).toEqual({ passed: 3, failed: 1, skipped: 0 });
  });

  it('fails a run that ran nothing, or left no report', () => {
    expect(honestCounts({ passed: 0, failed: 0, skipped: 4 }, 0).failed).toBe(1);
    expect(honestCounts(vitestCounts({}), 0).failed).toBe(1);
    expect(honestCounts(playwrightCounts(undefined), 0).failed).toBe(1);
  });

  it('leaves a good run as it is', () => {
    expect(honestCounts({ passed: 3, failed: 0, skipped: 1 }, 0)).toEqual({ passed: 3, failed: 0, skipped: 1 });
  });
});
