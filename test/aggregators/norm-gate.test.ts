import { describe, expect, it } from 'vitest';
import { judgeNorms } from '../../coordinator/core/checks/detectors/norm-gate.ts';

const BOUNDS = { low: 0.1, high: 3 };

function findings(norms: readonly number[], bounds = BOUNDS) {
  const cohort = norms.map((norm, index) => ({ member: `m${index}`, norm }));
  return judgeNorms(cohort, bounds).map(({ finding }) => finding);
}

describe('the norm gate', () => {
  it('refuses what is far above the median, with the numbers', () => {
    const [, , outlier] = findings([4.8, 4.7, 41.2, 4.9, 4.8]);
    expect(outlier).toEqual({
      check: 'norm',
      value: 41.2,
      bound: [0.1 * 4.8, 3 * 4.8],
      passed: false,
      code: 'norm_outlier',
      message: "norm 41.2 is 8.6 times the cohort's median 4.8 (bound 3)",
    });
  });

  it('refuses what is far below', () => {
    const [tiny] = findings([0.01, 1, 1]);
    expect(tiny).toMatchObject({
      passed: false,
      message: "norm 0.01 is 0.01 times the cohort's median 1 (bound 0.1)",
    });
  });

  it('takes what stands exactly on a bound and refuses the next number', () => {
    expect(findings([3, 1, 1]).every(({ passed }) => passed)).toBe(true);
    const [beyond] = findings([3.0000001, 1, 1]);
    expect(beyond).toMatchObject({
      passed: false,
      message: "norm 3 is 3.0000001 times the cohort's median 1 (bound 3)",
    });
  });

  it('does not let two of ten move the median out of the honest range', () => {
    const verdicts = findings([100, 1, 1.1, 0.9, 1, 1.2, 0.8, 1, 1.3, 90]);
    expect(verdicts.map(({ passed }) => passed)).toEqual([false, ...Array(8).fill(true), false]);
  });

  it('cannot compare two, nor multiples of zero, and says so', () => {
    for (const finding of findings([1, 1000]))
      expect(finding).toMatchObject({ passed: true, value: expect.any(Number) });
    expect(findings([1, 1000])[1]?.message).toBe(
      'norm 1000 was not compared: a cohort of 2 has no majority to compare with (at least 3)',
    );
    expect(findings([0, 0, 5])[2]).toMatchObject({
      passed: true,
      message: expect.stringContaining('median norm is 0'),
    });
    expect(findings([])).toEqual([]);
  });

  it('gives evidence that survives JSON', () => {
    for (const norms of [[1], [0, 0, 0], [1, 2, 300]]) {
      expect(JSON.parse(JSON.stringify(findings(norms)))).toEqual(findings(norms));
    }
  });
});
