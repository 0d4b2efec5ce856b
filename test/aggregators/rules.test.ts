import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardRule, planOf } from '../../coordinator/core/aggregators/registry.ts';
import type { Matrix } from '../../coordinator/core/aggregators/rule.ts';
import { trimOf } from '../../coordinator/core/aggregators/trimmed-mean.ts';
import { FederationSchema, type RuleSpec } from '../../shared/federation/schema.ts';
import { Random } from '../../shared/learning/random.ts';
import { aggregate, distance, planFor } from './run-plan.ts';

const spec = (value: unknown): RuleSpec => FederationSchema.shape.aggregation.parse(value);

const WEIGHTED = spec({ rule: 'weighted-mean' });
const TRIMMED = spec({ rule: 'trimmed-mean' });

const cohorts = fc
  .record({ seed: fc.nat(1_000_000), n: fc.integer({ min: 3, max: 9 }) })
  .map(({ seed, n }): number[][] => {
    const random = new Random('test-rows', seed);
    return Array.from({ length: n }, () => [random.normal(), 3 + random.normal()]);
  });

describe('weighted mean', () => {
  it('weighs by samples, and says so in the shares', () => {
    expect(aggregate(WEIGHTED, [[1], [5]], { weights: [3, 1] })).toEqual([2]);
    expect(planFor(WEIGHTED, [[1], [5]], { weights: [3, 1] })).toEqual({
      kind: 'linear',
      coefficients: [0.75, 0.25],
      shares: [0.75, 0.25],
    });
  });

  it('caps influence by the weight, not by the length', () => {
    const plan = planFor(WEIGHTED, [[1], [5]], { weights: [1, 1], influence: [1, 0.25] });
    expect(plan).toMatchObject({ coefficients: [0.8, 0.2] });
  });

  it('lets buckets weigh what their updates weigh together', () => {
    const bucketed = spec({ rule: 'weighted-mean', before: [{ rule: 'bucketing', size: 2 }] });
    const rows = [[1], [2], [3], [4], [10]];
    expect(aggregate(bucketed, rows)[0]).toBeCloseTo(4, 12);
    const { shares } = planFor(bucketed, rows);
    for (const share of shares) expect(share).toBeCloseTo(0.2, 12);
  });

  it.each([[[0, 0]], [[1, -1]], [[1, Number.NaN]], [[1, Number.POSITIVE_INFINITY]]])(
    'refuses the weights %j',
    (weights) => {
      expect(() => guardRule(WEIGHTED, weights)).toThrow(expect.objectContaining({ code: 'rule_breakdown' }));
    },
  );
});

describe('trimmed mean', () => {
  it('stays between the honest values with f outliers of any size', () => {
    const outlier = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300, max: 1e300 });
    const attacked = cohorts.chain((honest) =>
      fc.tuple(
        fc.constant(honest),
        fc.array(fc.tuple(outlier, outlier), {
          minLength: 1,
          maxLength: Math.floor((honest.length - 1) / 2),
        }),
      ),
    );
    fc.assert(
      fc.property(attacked, ([honest, outliers]) => {
        const trim = outliers.length;
        const seen = aggregate(spec({ rule: 'trimmed-mean', trim }), [...outliers, ...honest]);
        seen.forEach((one, column) => {
          const values = honest.map((row) => row[column] ?? 0);
          expect(one).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
          expect(one).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
        });
      }),
    );
  });

  it('ignores claimed samples, and prefers no update', () => {
    const rows = [[1], [2], [3], [9]];
    const claimed = { weights: [1, 1, 1, 1e9] };
    expect(aggregate(TRIMMED, rows, claimed)).toEqual(aggregate(TRIMMED, rows));
    expect(planFor(TRIMMED, rows, claimed)).toEqual({
      kind: 'columns',
      mix: undefined,
      kernel: { kernel: 'trimmed-mean', trim: 1 },
      shares: [0.25, 0.25, 0.25, 0.25],
    });
  });

  it('trims a fifth of the updates by default, at least one, and nothing of two', () => {
    const trimmed = { rule: 'trimmed-mean' } as const;
    expect([1, 2, 3, 5, 9, 10, 14, 15, 50].map((n) => trimOf(trimmed, n))).toEqual([
      0, 0, 1, 1, 1, 2, 2, 3, 10,
    ]);
  });

  it('still trims for as many updates when they are bucketed', () => {
    const plan = planFor(
      spec({ rule: 'trimmed-mean', before: [{ rule: 'bucketing', size: 2 }] }),
      Array.from({ length: 10 }, (_, index) => [index]),
    );
    expect(plan).toMatchObject({ kernel: { trim: 2 }, mix: { length: 5 } });
  });

  it('hears a capped update in full or, below a half, not at all: shortened it would be one of the middle', () => {
    const five = [[1], [2], [3], [4], [9]];
    expect(planFor(TRIMMED, five, { influence: [1, 0.5, 1, 1, 1] })).toEqual(planFor(TRIMMED, five));
    const plan = planFor(TRIMMED, five, { influence: [1, 1, 1, 1, 0.49] });
    expect(plan).toMatchObject({ mix: { length: 4 }, shares: [0.25, 0.25, 0.25, 0.25, 0] });
    expect(planFor(TRIMMED, five, { influence: [0.1, 0.1, 0.1, 0.1, 0.1] })).toEqual(planFor(TRIMMED, five));
  });

  it('makes one row of copies, unless the rule then had too few', () => {
    const copies = [0, 1, 1, 1, 4];
    const five = [[1], [2], [2], [2], [9]];
    const plan = planFor(TRIMMED, five, { copies });
    expect(plan).toMatchObject({
      mix: [[1], [0, 1 / 3, 1 / 3, 1 / 3], [0, 0, 0, 0, 1]].map((row) => ({ ...row })),
    });
    expect(plan.shares[1]).toBeCloseTo(1 / 9, 12);
    const three = [[1], [2], [2]];
    const byOne = spec({ rule: 'trimmed-mean', trim: 1 });
    expect(planFor(byOne, three, { copies: [0, 1, 1] })).toEqual(planFor(byOne, three));
  });

  it('lets copies share one weight in a mean', () => {
    const plan = planFor(WEIGHTED, [[1], [5], [5]], { weights: [10, 10, 10], copies: [0, 1, 1] });
    expect(plan.shares).toEqual([0.5, 0.25, 0.25]);
  });
});

describe('geometric median', () => {
  const converged = spec({ rule: 'geometric-median', smoothing: 1e-9 });

  it('of updates that are all the same is that update, with the least smoothing too', () => {
    const rows = Array.from({ length: 5 }, () => [1, 2, 3]);
    for (const iterations of [undefined, 3]) {
      const least = spec({ rule: 'geometric-median', smoothing: 1e-300, iterations });
      expect(distance(aggregate(least, rows), [1, 2, 3])).toBeLessThan(1e-12);
    }
  });
  const cost = (at: readonly number[], rows: Matrix) => rows.reduce((sum, row) => sum + distance(at, row), 0);

  it('has the least sum of distances', () => {
    const steps = [-1, 1].flatMap((sign) => [1e-3, 1e-5].map((size) => sign * size));
    fc.assert(
      fc.property(cohorts, (rows) => {
        const at = aggregate(converged, rows);
        for (const step of steps) {
          expect(cost(at, rows)).toBeLessThanOrEqual(cost([(at[0] ?? 0) + step, at[1] ?? 0], rows) + 1e-9);
          expect(cost(at, rows)).toBeLessThanOrEqual(cost([at[0] ?? 0, (at[1] ?? 0) + step], rows) + 1e-9);
        }
      }),
    );
  });

  it('ends on a row that more than half share, and between two it stays in the middle', () => {
    expect(
      distance(
        aggregate(converged, [
          [1, 1],
          [1, 1],
          [1, 1],
          [7, 2],
          [9, -4],
        ]),
        [1, 1],
      ),
    ).toBeLessThan(1e-6);
    expect(aggregate(converged, [[0], [4]])).toEqual([2]);
  });

  it('nears the converged point by steps from zero', () => {
    const rows = [
      [1, 2],
      [3, 1],
      [2, 5],
      [8, 8],
    ];
    const after = (iterations: number) =>
      distance(aggregate(spec({ rule: 'geometric-median', iterations }), rows), aggregate(converged, rows));
    expect(after(50)).toBeLessThan(1e-6);
    expect(after(2)).toBeGreaterThan(after(5));
  });
});

describe('Krum', () => {
  it('gives one of the updates, and its share is all', () => {
    const rows = [[0], [1], [1.1], [1.3], [50]];
    expect(aggregate(spec({ rule: 'krum', outliers: 1 }), rows)).toEqual([1.1]);
    expect(planFor(spec({ rule: 'krum', outliers: 1 }), rows).shares).toEqual([0, 0, 1, 0, 0]);
  });

  it('takes the first of equals', () => {
    const rows = [[0], [1], [2], [3]];
    expect(planFor(spec({ rule: 'krum', outliers: 1, neighbours: 2 }), rows).shares).toEqual([0, 1, 0, 0]);
  });

  it('does not run where outliers could be each other’s neighbours', () => {
    const two = spec({ rule: 'krum', outliers: 2 });
    expect(() => guardRule(two, Array(5).fill(1))).toThrow(
      'krum with 2 outliers among 5 rows needs 2 to 2 neighbours, it has 1',
    );
    expect(() => guardRule({ ...two, neighbours: 2 } as RuleSpec, Array(5).fill(1))).not.toThrow();
    expect(() => guardRule(two, Array(6).fill(1))).not.toThrow();
  });
});

describe('Multi-Krum', () => {
  it('averages those it keeps', () => {
    const rows = [[0], [1], [1.1], [1.3], [50]];
    expect(aggregate(spec({ rule: 'multi-krum', outliers: 1, keep: 2 }), rows)[0]).toBeCloseTo(1.05, 12);
    expect(aggregate(spec({ rule: 'multi-krum', outliers: 1 }), rows)[0]).toBeCloseTo(0.85, 12);
  });
});

describe('Bulyan', () => {
  it('hands only the rows that Krum chose to the kernel', () => {
    const rows = [[0], [0.1], [0.2], [0.3], [0.4], [90], [0.5]];
    const plan = planFor(spec({ rule: 'bulyan', outliers: 1 }), rows);
    expect(plan).toMatchObject({ kernel: { kernel: 'mean-around-median', keep: 3 }, mix: { length: 5 } });
    expect(plan.shares[5]).toBe(0);
    expect(plan.shares.filter((share) => share === 0.2).length).toBe(5);
  });

  it('is the definition: Krum again and again over those left', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 11, max: 15 }), (seed, n) => {
        const random = new Random('test-bulyan', seed);
        const rows = Array.from({ length: n }, () => [random.normal(), random.normal()]);
        const left = [...rows.keys()];
        const score = (index: number) =>
          left
            .filter((other) => other !== index)
            .map((other) => distance(rows[index] ?? [], rows[other] ?? []) ** 2)
            .sort((a, b) => a - b)
            .slice(0, Math.max(1, left.length - 2 - 2))
            .reduce((sum, square) => sum + square, 0);
        const chosen = rows.slice(4).map(() => {
          // The two nearest of the last five tie; rounding must not break the tie.
          const best = left.reduce((a, b) => (score(b) < score(a) * (1 - 1e-9) ? b : a));
          return left.splice(left.indexOf(best), 1)[0] ?? -1;
        });
        const { shares } = planFor(spec({ rule: 'bulyan', outliers: 2 }), rows);
        expect(shares.flatMap((share, index) => (share > 0 ? [index] : []))).toEqual(
          chosen.sort((a, b) => a - b),
        );
      }),
    );
  });

  it('is the plain mean when no outlier is assumed', () => {
    const plan = planFor(spec({ rule: 'bulyan', outliers: 0 }), [[1], [2], [6]]);
    expect(plan).toMatchObject({ mix: undefined, kernel: { keep: 3 } });
  });
});

describe('MDA', () => {
  it('is the definition, over every subset', () => {
    fc.assert(
      fc.property(cohorts, fc.nat(3), (rows, wanted) => {
        const outliers = Math.min(wanted, Math.floor((rows.length - 1) / 2));
        const chosen = planFor(spec({ rule: 'mda', outliers }), rows).shares.flatMap((share, index) =>
          share > 0 ? [index] : [],
        );
        const diameter = (subset: readonly number[]) =>
          Math.max(0, ...subset.flatMap((a) => subset.map((b) => distance(rows[a] ?? [], rows[b] ?? []))));
        const all = subsets(rows.length, rows.length - outliers).map(diameter);
        expect(chosen.length).toBe(rows.length - outliers);
        expect(diameter(chosen)).toBeCloseTo(Math.min(...all), 9);
      }),
    );
  });

  it('searches up to a hundred thousand subsets', () => {
    const outliers = 10;
    expect(() => guardRule(spec({ rule: 'mda', outliers }), Array(50).fill(1))).toThrow(
      'mda would search 10272278170 subsets of 40 of 50 rows, at most 100000 are searched',
    );
    const random = new Random('test-mda', 1);
    const rows = Array.from({ length: 21 }, () => Array.from({ length: 8 }, () => random.normal()));
    expect(() => planFor(spec({ rule: 'mda', outliers: 5 }), rows)).not.toThrow();
  });
});

describe('centred clipping', () => {
  const rows = [[1], [2], [3], [1000]];

  it('is moved by each update no further than its radius over n in a step', () => {
    const once = spec({ rule: 'centred-clipping', radius: 2, iterations: 1 });
    expect(aggregate(once, rows)[0]).toBeCloseTo((1 + 2 + 2 + 2) / 4, 12);
    expect(aggregate(once, rows, { previous: [10] })[0]).toBeCloseTo(10 + (-2 - 2 - 2 + 2) / 4, 12);
  });

  it('clips to the median distance when no radius is given', () => {
    const once = spec({ rule: 'centred-clipping', iterations: 1 });
    expect(aggregate(once, rows)[0]).toBeCloseTo((1 + 2 + 2.5 + 2.5) / 4, 12);
  });

  it('counts the round before in the vector, not in the shares', () => {
    const plan = planFor(spec({ rule: 'centred-clipping', radius: 2, iterations: 1 }), rows, {
      previous: [10],
    });
    expect(plan.kind === 'linear' && plan.coefficients.length).toBe(5);
    expect(plan.shares.length).toBe(4);
    expect(plan.shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
  });
});

describe('FLTrust', () => {
  const fltrust = spec({ rule: 'fltrust' });

  it('gives what points elsewhere no share, and evens out lengths', () => {
    const plan = planFor(
      fltrust,
      [
        [1, 0],
        [100, 0],
        [-1, 0],
      ],
      { root: [2, 0] },
    );
    expect(plan).toMatchObject({ coefficients: [1, 0.01, 0, 0] });
    expect(
      aggregate(
        fltrust,
        [
          [1, 0],
          [100, 0],
          [-1, 0],
        ],
        { root: [2, 0] },
      ),
    ).toEqual([2, 0]);
  });

  it('caps influence by the trust', () => {
    const around = { root: [1, 0], influence: [1, 0.25] };
    expect(
      planFor(
        fltrust,
        [
          [1, 0],
          [1, 0],
        ],
        around,
      ),
    ).toMatchObject({ coefficients: [0.8, 0.2, 0] });
  });

  it('does not run without root rows, nor when it trusts nobody', () => {
    expect(() => planFor(fltrust, [[1], [2]])).toThrow(/no step from root rows/);
    for (const root of [[-1], [0]]) {
      expect(() => planFor(fltrust, [[1], [2], [0]], { root })).toThrow(
        expect.objectContaining({ code: 'rule_breakdown', message: expect.stringContaining('none of 3') }),
      );
    }
  });
});

describe('outside its condition a rule', () => {
  it.each([
    [
      { rule: 'trimmed-mean', trim: 2 },
      4,
      'trimming 2 at each end of 4 updates leaves 0, at least 1 is needed',
    ],
    [
      { rule: 'trimmed-mean', trim: 1 },
      2,
      'trimming 1 at each end of 2 updates leaves 0, at least 1 is needed',
    ],
    [
      { rule: 'mean-around-median', outliers: 2 },
      4,
      'mean-around-median with 2 outliers needs more than 4 rows, there are 4',
    ],
    [{ rule: 'mda', outliers: 1 }, 2, 'mda with 1 outliers needs more than 2 rows, there are 2'],
    [{ rule: 'krum' }, 1, 'krum with 0 outliers among 1 rows needs 1 to 0 neighbours, it has 1'],
    [
      { rule: 'krum', neighbours: 9 },
      10,
      'krum with 2 outliers among 10 rows needs 2 to 7 neighbours, it has 9',
    ],
    [{ rule: 'multi-krum', keep: 9 }, 10, 'multi-krum keeps 9 of 10 rows, with 2 outliers at most 8'],
    [{ rule: 'bulyan' }, 10, 'bulyan with 2 outliers needs at least 11 rows, there are 10'],
    [
      { rule: 'median', before: [{ rule: 'nnm', outliers: 3 }] },
      6,
      'nnm with 3 outliers needs more than 6 rows',
    ],
    [
      { rule: 'median', before: [{ rule: 'arc', outliers: 3 }] },
      6,
      'arc with 3 outliers needs more than 6 rows',
    ],
    [
      { rule: 'trimmed-mean', before: [{ rule: 'bucketing', size: 5 }] },
      10,
      'trimming 2 at each end of 2 updates leaves 0',
    ],
    [
      { rule: 'median', before: [{ rule: 'bucketing', size: 3 }, { rule: 'nnm' }] },
      10,
      'nnm with 2 outliers needs more than 4 rows, there are 4',
    ],
    [
      { rule: 'median', before: [{ rule: 'bucketing', size: 5 }] },
      10,
      'median with 2 outliers needs more than 4 rows, there are 2',
    ],
    [
      { rule: 'geometric-median', before: [{ rule: 'bucketing', size: 5 }] },
      10,
      'geometric-median with 2 outliers needs more than 4 rows, there are 2',
    ],
    [
      { rule: 'centred-clipping', before: [{ rule: 'bucketing', size: 5 }] },
      10,
      'centred-clipping with 2 outliers needs more than 4 rows, there are 2',
    ],
    [
      { rule: 'weighted-mean', before: [{ rule: 'bucketing', size: 5 }, { rule: 'norm-clip' }] },
      10,
      'norm-clip with 2 outliers needs more than 4 rows, there are 2',
    ],
    [{ rule: 'median' }, 0, 'there is no update to combine, at least 1 is needed'],
  ])('%j refuses %i updates', (rule, n, message) => {
    const weights = Array.from({ length: n }, () => 1);
    const refusal = expect.objectContaining({
      code: 'rule_breakdown',
      message: expect.stringContaining(message),
    });
    expect(() => guardRule(spec(rule), weights)).toThrow(refusal);
    expect(() =>
      planOf(spec(rule), { weights, influence: weights, gram: [], references: [], seed: 1 }),
    ).toThrow(refusal);
  });

  it('runs at the bound', () => {
    for (const [rule, n] of [
      [{ rule: 'trimmed-mean', trim: 2 }, 5],
      [{ rule: 'mda', outliers: 1 }, 3],
      [{ rule: 'krum', outliers: 1 }, 3],
      [{ rule: 'bulyan', outliers: 2 }, 11],
      [{ rule: 'median', before: [{ rule: 'nnm', outliers: 3 }] }, 7],
      [{ rule: 'trimmed-mean', before: [{ rule: 'bucketing' }] }, 10],
      [{ rule: 'median', before: [{ rule: 'bucketing' }] }, 10],
      [{ rule: 'geometric-median', before: [{ rule: 'bucketing' }] }, 10],
      [{ rule: 'centred-clipping', before: [{ rule: 'bucketing' }] }, 10],
      [
        {
          rule: 'weighted-mean',
          before: [
            { rule: 'bucketing', size: 5 },
            { rule: 'norm-clip', norm: 1 },
          ],
        },
        10,
      ],
    ] as const)
      expect(() => guardRule(spec(rule), Array(n).fill(1))).not.toThrow();
  });

  it('is not planned from inner products that do not fit', () => {
    const weights = [1, 1, 1];
    expect(() =>
      planOf(spec({ rule: 'krum' }), { weights, influence: weights, gram: [], references: [], seed: 1 }),
    ).toThrow('inner products of 0 rows, 3 are needed');
  });
});

function subsets(n: number, size: number): number[][] {
  if (size === 0) return [[]];
  return Array.from({ length: n - size + 1 }, (_, skipped) => n - 1 - skipped).flatMap((last) =>
    subsets(last, size - 1).map((subset) => [...subset, last]),
  );
}
