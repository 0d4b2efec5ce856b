import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEFORE } from '../../coordinator/core/aggregators/registry.ts';
import { FederationSchema } from '../../shared/federation/schema.ts';
import { aggregate, mixed, planFor } from './run-plan.ts';

describe('nearest-neighbour mixing', () => {
  it('replaces a row by the mean of those nearest to it, itself among them', () => {
    expect(mixed({ rule: 'nnm', outliers: 1 }, [[0], [1], [10]])).toEqual([[0.5], [0.5], [5.5]]);
  });

  it('takes the first of equally near ones', () => {
    expect(mixed({ rule: 'nnm', outliers: 1 }, [[0], [1], [2]])).toEqual([[0.5], [0.5], [1.5]]);
  });

  it('assumes a fifth of the updates to be outliers', () => {
    expect(mixed({ rule: 'nnm' }, [[0], [1], [2], [3], [4], [5], [6], [7], [8], [900]])[0]).toEqual([3.5]);
  });
});

describe('bucketing', () => {
  const rows = Array.from({ length: 7 }, (_, index) => [2 ** index]);

  it('puts every update in one bucket, the last of which may be smaller', () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2, max: 9 }), (seed, size) => {
        const buckets = mixed({ rule: 'bucketing', size }, rows, { seed });
        expect(buckets.length).toBe(Math.ceil(7 / size));
        expect(buckets.length).toBe(BEFORE.bucketing.guard({ rule: 'bucketing', size }, 7, 7));
        const last = 7 - size * (buckets.length - 1);
        const total = buckets.reduce(
          (sum, [mean = 0], index) => sum + mean * (index === buckets.length - 1 ? last : size),
          0,
        );
        expect(total).toBeCloseTo(2 ** 7 - 1, 9);
      }),
    );
  });

  it('draws the order from the seed, and from nothing else', () => {
    const drawn = [1, 2, 3, 4].map((seed) =>
      JSON.stringify(mixed({ rule: 'bucketing', size: 2 }, rows, { seed })),
    );
    expect(new Set(drawn).size).toBe(4);
    expect(JSON.stringify(mixed({ rule: 'bucketing', size: 2 }, rows, { seed: 1 }))).toBe(drawn[0]);
  });
});

describe('adaptive clipping', () => {
  it('shortens the longest to the length of the next', () => {
    const rows = [[1], [2], [-3], [4], [-100]];
    // k = ⌊2 · 1/5 · 4⌋ = 1
    expect(mixed({ rule: 'arc', outliers: 1 }, rows)).toEqual([[1], [2], [-3], [4], [-4]]);
    // k = ⌊2 · 2/5 · 3⌋ = 2
    expect(mixed({ rule: 'arc', outliers: 2 }, rows)).toEqual([[1], [2], [-3], [3], [-3]]);
  });

  it('leaves everything alone when no outlier is assumed', () => {
    expect(mixed({ rule: 'arc', outliers: 0 }, [[1], [9]])).toEqual([[1], [9]]);
  });
});

describe('norm clipping', () => {
  it('shortens to the norm given, or to the median of the norms', () => {
    const rows = [
      [3, 4],
      [0, 0],
      [6, 8],
    ];
    expect(mixed({ rule: 'norm-clip', norm: 2.5 }, rows)).toEqual([
      [1.5, 2],
      [0, 0],
      [3, 4].map((x) => x / 2),
    ]);
    expect(mixed({ rule: 'norm-clip' }, rows)).toEqual([
      [3, 4],
      [0, 0],
      [3, 4],
    ]);
  });

  it('prefers no update when all that is left is zero', () => {
    const clipped = FederationSchema.shape.aggregation.parse({
      rule: 'krum',
      outliers: 0,
      before: [{ rule: 'norm-clip' }],
    });
    const rows = [[5], [0], [0]];
    expect(aggregate(clipped, rows)).toEqual([0]);
    expect(planFor(clipped, rows).shares).toEqual([1 / 3, 1 / 3, 1 / 3]);
  });
});

describe('steps before a rule', () => {
  it('act in the order given', () => {
    const rows = [[1], [2], [3], [-100]];
    const after = (...before: string[]) =>
      aggregate(
        FederationSchema.shape.aggregation.parse({
          rule: 'weighted-mean',
          before: before.map((rule) => ({ rule, ...(rule === 'bucketing' ? {} : { outliers: 1 }) })),
        }),
        rows,
      )[0];
    expect(after('arc', 'nnm')).not.toBeCloseTo(after('nnm', 'arc') ?? 0, 3);
  });

  it('leave the references alone', () => {
    const rule = FederationSchema.shape.aggregation.parse({
      rule: 'centred-clipping',
      radius: 0.001,
      iterations: 1,
      before: [
        { rule: 'norm-clip', norm: 1 },
        { rule: 'bucketing', size: 2 },
      ],
    });
    expect(aggregate(rule, [[1], [2], [3], [4], [5]], { previous: [500] })[0]).toBeCloseTo(499.999, 9);
  });
});
