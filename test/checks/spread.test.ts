import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeSpread, type SpreadCheck, spreadOf } from '../../coordinator/core/checks/statistics/spread.ts';
import { memberAt } from './made-cohort.ts';

const CHECK: SpreadCheck = {
  check: 'direction',
  code: 'direction_outlier',
  what: 'cosine to the mean of the others',
  scale: 'plain',
  deviations: 6,
  leastSigma: 0.05,
  limits: [-1, 1],
  side: 'both',
};

function judge(values: readonly number[], over: Partial<SpreadCheck> = {}) {
  return judgeSpread(
    values.map((_, at) => memberAt(at)),
    values,
    { ...CHECK, ...over },
  ).map(({ finding }) => finding);
}

const reals = (n: number) =>
  fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: n, maxLength: n });

describe('the spread of a cohort', () => {
  it('tells who is out by number, side and bound', () => {
    const [outlier] = judge([-0.62, 0.31, 0.3, 0.32, 0.31, 0.29]);
    expect(outlier).toMatchObject({
      check: 'direction',
      value: -0.62,
      passed: false,
      code: 'direction_outlier',
    });
    expect(outlier?.message).toBe(
      "cosine to the mean of the others -0.62 is 19 deviations below the cohort's median 0.305 (bound 6)",
    );
    expect(outlier?.bound).toEqual([
      expect.closeTo(0.305 - 6 * 0.05, 12),
      expect.closeTo(0.305 + 6 * 0.05, 12),
    ]);
  });

  it('looks at the side asked only, and keeps bounds within what the number can be', () => {
    const values = [-0.9, 0.8, 0.8, 0.8, 0.8, 0.8];
    expect(judge(values, { side: 'high' }).every(({ passed }) => passed)).toBe(true);
    expect(judge(values, { side: 'low' })[0]).toMatchObject({
      passed: false,
      bound: [expect.closeTo(0.5), 1],
    });
  });

  it('counts a ratio in logarithms: a tenth is as far out as ten times', () => {
    const ratios = [0.1, 1, 1, 1, 1, 1, 10];
    const found = judge(ratios, { scale: 'ratio', leastSigma: 0.3, limits: [0, 1e9] });
    expect(found.map(({ passed }) => passed)).toEqual([false, true, true, true, true, true, false]);
    expect(found[0]?.message).toContain('7.7 deviations below');
    expect(found[6]?.message).toContain('7.7 deviations above');
  });

  it('says that four have no spread, and refuses none of them', () => {
    const [first] = judge([100, 0, 0, 0]);
    expect(first).toEqual({
      check: 'direction',
      value: 100,
      passed: true,
      message:
        'cosine to the mean of the others 100 was not compared: a cohort of 4 has no spread (at least 5)',
    });
  });

  it('is not carried beyond the others by one member, however far out', () => {
    fc.assert(
      fc.property(reals(6), fc.double({ noNaN: true, noDefaultInfinity: true }), (others, extreme) => {
        const least = Math.min(...others);
        const most = Math.max(...others);
        const { median, sigma } = spreadOf([...others, extreme], 0);
        expect(median).toBeGreaterThanOrEqual(least);
        expect(median).toBeLessThanOrEqual(most);
        expect(sigma).toBeLessThanOrEqual(1.4826 * (most - least) + 1e-12);
      }),
    );
  });

  it('stops caring how far out one member is once it stands outside the others', () => {
    fc.assert(
      fc.property(reals(6), fc.double({ min: 0, max: 1e300, noNaN: true }), (others, beyond) => {
        const most = Math.max(...others);
        const range = most - Math.min(...others);
        const justOutside = spreadOf([...others, most + 2 * range + 1], 0);
        const farOutside = spreadOf([...others, most + 2 * range + 1 + beyond], 0);
        expect(farOutside).toEqual(justOutside);
      }),
    );
  });
});
