import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { heldBack } from '../../shared/learning/hold-back.ts';
import { auroc, averagePrecision, confusion, quantile } from '../../shared/learning/metrics.ts';

const labelled = fc.array(fc.tuple(fc.integer({ min: 0, max: 1 }), fc.integer({ min: 0, max: 8 })), {
  minLength: 2,
  maxLength: 60,
});

/** By definition: the chance that an anomaly scores above a normal, a tie counting half. */
function aurocByPairs(pairs: readonly (readonly [number, number])[]): number {
  let wins = 0;
  let count = 0;
  for (const [a, high] of pairs) {
    for (const [b, low] of pairs) {
      if (a !== 1 || b !== 0) continue;
      count += 1;
      wins += high > low ? 1 : high === low ? 0.5 : 0;
    }
  }
  return wins / count;
}

describe('the area under the ROC curve', () => {
  it('is the chance that an anomaly scores above a normal event, ties one half', () => {
    fc.assert(
      fc.property(labelled, (pairs) => {
        const seen = auroc(
          pairs.map(([label]) => label),
          pairs.map(([, score]) => score),
        );
        const expected = aurocByPairs(pairs);
        if (Number.isNaN(expected)) expect(seen).toBeNaN();
        else expect(seen).toBeCloseTo(expected, 12);
      }),
    );
  });
});

describe('average precision', () => {
  it('is worked by hand: hits at ranks 1 and 3 give (1 + 2/3) / 2', () => {
    expect(averagePrecision([1, 0, 1, 0], [4, 3, 2, 1])).toBeCloseTo((1 + 2 / 3) / 2, 12);
  });

  it('is the share of anomalies when all scores are equal', () => {
    expect(averagePrecision([1, 0, 0, 1, 0], [2, 2, 2, 2, 2])).toBeCloseTo(0.4, 12);
  });
});

describe('a threshold', () => {
  it('alerts strictly above itself', () => {
    expect(confusion([1, 1, 0, 0], [3, 2, 2, 3], 2)).toEqual({
      truePositives: 1,
      falsePositives: 1,
      trueNegatives: 1,
      falseNegatives: 1,
      tpr: 0.5,
      fpr: 0.5,
      precision: 0.5,
      f1: 0.5,
    });
  });

  it('gives 0 and not NaN for a rate without a denominator', () => {
    expect(confusion([0, 0], [1, 2], 5)).toMatchObject({ tpr: 0, fpr: 0, precision: 0, f1: 0 });
  });
});

describe('a quantile', () => {
  it('interpolates between order statistics', () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([10, 20], 0.99)).toBeCloseTo(19.9, 12);
    expect(quantile([7], 0.3)).toBe(7);
  });

  it('is refused without values or outside [0, 1]', () => {
    expect(() => quantile([], 0.5)).toThrow('at least one value');
    expect(() => quantile([1], Number.NaN)).toThrow('0 ≤ q ≤ 1');
  });
});

describe('a row held back', () => {
  it('is decided by its own cells, the same for text and its bytes', () => {
    const row = '0,tcp,http,SF,199';
    expect(heldBack(row, 0.5)).toBe(heldBack(new TextEncoder().encode(row), 0.5));
    expect(heldBack(row, 0)).toBe(false);
    expect(heldBack(row, 1)).toBe(true);
  });

  it('happens to the share asked for', () => {
    let held = 0;
    for (let i = 0; i < 10_000; i += 1) if (heldBack(`row ${i}`, 0.2)) held += 1;
    expect(held / 10_000).toBeGreaterThan(0.18);
    expect(held / 10_000).toBeLessThan(0.22);
  });

  it('stays held back when the share grows', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (row, a, b) => {
          if (heldBack(row, Math.min(a, b))) expect(heldBack(row, Math.max(a, b))).toBe(true);
        },
      ),
    );
  });
});
