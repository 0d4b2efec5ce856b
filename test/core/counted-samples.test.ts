import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedSamples, mediansCounted } from '../../coordinator/core/round/counted-samples.ts';

const UNBOUND = Number.MAX_SAFE_INTEGER;
const claimsOf = (...claimed: number[]) => claimed.map((one) => ({ claimed: one, bound: UNBOUND }));

describe('the samples that count', () => {
  it('are those claimed while members are alike, and for one or two members', () => {
    expect(countedSamples(claimsOf(700, 5_000, 16_000, 9_000), 10)).toEqual([700, 5_000, 16_000, 9_000]);
    expect(countedSamples(claimsOf(1_000_000), 10)).toEqual([1_000_000]);
    expect(countedSamples(claimsOf(1, 1_000_000), 10)).toEqual([1, 1_000_000]);
  });

  it('stay within the bound of the member', () => {
    expect(countedSamples([{ claimed: 900, bound: 500 }, ...claimsOf(400, 600)], 10)).toEqual([
      500, 400, 600,
    ]);
  });

  it('of a liar are at most ten times the median of the cohort, whatever it claims', () => {
    const honest = Array.from({ length: 9 }, (_, at) => 4_000 + at * 100);
    const [liar = 0, ...others] = countedSamples(claimsOf(1_000_000, ...honest), 10);
    expect(others).toEqual(honest);
    expect(liar).toBeLessThanOrEqual(10 * 4_500);
    expect(liar / (liar + others.reduce((sum, one) => sum + one, 0))).toBeLessThan(0.55);
  });

  it('are three medians at most in rounds of statistics, which make up a quarter among ten members of like size', () => {
    for (const step of ['spans', 'histograms', 'moments']) expect(mediansCounted(step, 10)).toBe(3);
    expect(mediansCounted('spans', 2)).toBe(2);
    for (const step of ['sums', 'gradients']) expect(mediansCounted(step, 10)).toBe(10);
    const [liar = 0, ...others] = countedSamples(
      claimsOf(2 ** 40, ...Array.from({ length: 9 }, () => 500)),
      mediansCounted('spans', 10),
    );
    expect(liar / (liar + others.reduce((sum, one) => sum + one, 0))).toBe(0.25);
  });

  it('never move an honest claim that lies within the honest median', () => {
    const claim = fc.integer({ min: 1, max: 100_000 });
    fc.assert(
      fc.property(
        fc.array(claim, { minLength: 3, maxLength: 20 }),
        fc.integer({ min: 1, max: 2 ** 40 }),
        (honest, lie) => {
          const counted = countedSamples(claimsOf(...honest, lie), 10);
          const median = honest.toSorted((a, b) => a - b)[Math.floor((honest.length - 1) / 2)] ?? 0;
          honest.forEach((claimed, at) => {
            if (claimed <= median) expect(counted[at]).toBe(claimed);
          });
        },
      ),
    );
  });
});
