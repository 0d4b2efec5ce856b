import { describe, expect, it } from 'vitest';
import { judgeCanary } from '../../coordinator/core/checks/canary-gate.ts';
import { screenCohort } from '../../coordinator/core/checks/cohort.ts';

const CHECKS = { norm: { low: 0.1, high: 3 }, maxSamples: 1_000_000, samplesPerMedian: 10 };
const EVEN = ['ada', 'bob', 'cyd', 'dan'].map((member) => ({ member, norm: 1 }));
const aurocs = (...values: number[]) =>
  new Map(values.map((value, at) => [EVEN[at]?.member ?? `m${at}`, value]));

describe('the canary gate', () => {
  it('refuses the update that unlearns the canaries, with its number and bound', () => {
    const [bad, ...others] = judgeCanary(aurocs(0.7, 0.95, 0.96, 0.94));
    expect(bad?.finding).toMatchObject({
      check: 'canary',
      passed: false,
      code: 'canary_regression',
      value: 0.7,
    });
    expect(bad?.finding.message).toBe(
      "canary AUROC 0.7000 against the cohort's median 0.9450 (bound 0.8950)",
    );
    expect(others.every(({ finding }) => finding.passed && finding.code === undefined)).toBe(true);
  });

  it('leaves 0.05 to honest differences, and more where the cohort itself is spread', () => {
    expect(judgeCanary(aurocs(0.91, 0.95, 0.95, 0.95)).every(({ finding }) => finding.passed)).toBe(true);
    // median .8, MAD .1: the bound lies 2.5 · 1.4826 · .1 below.
    expect(judgeCanary(aurocs(0.5, 0.7, 0.8, 0.9, 1)).every(({ finding }) => finding.passed)).toBe(true);
  });

  it('refuses nobody in a cohort of two: there is no majority to compare with', () => {
    expect(judgeCanary(aurocs(0.1, 0.9)).every(({ finding }) => finding.passed)).toBe(true);
  });
});

describe('a cohort that is screened', () => {
  it('refuses by the norm, by the canaries, and tells the findings of both', () => {
    const cohort = [{ member: 'eve', norm: 10 }, ...EVEN];
    const canary = new Map([['eve', 0.95], ...aurocs(0.5, 0.95, 0.95, 0.95)]);
    const { refused, medianNorm } = screenCohort(cohort, CHECKS, canary);
    expect(medianNorm).toBe(1);
    expect(refused.map(({ member, verdict }) => [member, verdict.code])).toEqual([
      ['eve', 'norm_outlier'],
      ['ada', 'canary_regression'],
    ]);
    for (const { verdict } of refused)
      expect(verdict.findings.map(({ check }) => check)).toEqual(['norm', 'canary']);
  });

  it('refuses nobody when all are alike', () => {
    expect(screenCohort(EVEN, CHECKS, undefined).refused).toEqual([]);
  });
});
