import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BEFORE, needsOf, RULES } from '../../coordinator/core/aggregators/registry.ts';
import type { Matrix } from '../../coordinator/core/aggregators/rule.ts';
import { FederationSchema, type RuleSpec } from '../../shared/federation/schema.ts';
import { Random } from '../../shared/learning/random.ts';
import { type Around, aggregate, distance, planFor } from './run-plan.ts';

const spec = (value: unknown): RuleSpec => FederationSchema.shape.aggregation.parse(value);

const SINGLE = [
  { rule: 'weighted-mean' },
  { rule: 'trimmed-mean', trim: 1 },
  { rule: 'median' },
  { rule: 'mean-around-median', outliers: 1 },
  { rule: 'geometric-median', smoothing: 1e-9 },
  { rule: 'krum', outliers: 1 },
  { rule: 'multi-krum', outliers: 1 },
  { rule: 'bulyan', outliers: 1 },
  { rule: 'mda', outliers: 1 },
  { rule: 'centred-clipping' },
  { rule: 'fltrust' },
].map(spec);

const COMPOSED = [
  { rule: 'trimmed-mean', trim: 1, before: [{ rule: 'nnm', outliers: 1 }] },
  { rule: 'geometric-median', smoothing: 1e-9, before: [{ rule: 'nnm', outliers: 1 }] },
  { rule: 'weighted-mean', before: [{ rule: 'norm-clip' }] },
  { rule: 'mda', outliers: 1, before: [{ rule: 'arc', outliers: 1 }] },
  { rule: 'krum', outliers: 1, before: [{ rule: 'bucketing', size: 2 }] },
  {
    rule: 'trimmed-mean',
    trim: 1,
    before: [{ rule: 'arc', outliers: 1 }, { rule: 'nnm', outliers: 1 }, { rule: 'bucketing' }],
  },
].map(spec);

const ALL = [...SINGLE, ...COMPOSED].map((one) => [nameOf(one), one] as const);

/** Updates of a direction in common and noise of their own: no two are alike. */
interface Cohort {
  readonly rows: Matrix;
  readonly around: Around;
}

const cohorts = fc
  .record({ seed: fc.nat(1_000_000), n: fc.integer({ min: 7, max: 15 }), d: fc.integer({ min: 1, max: 6 }) })
  .map(({ seed, n, d }): Cohort => {
    const random = new Random('test-cohort', seed);
    const vector = () => Array.from({ length: d }, () => random.normal());
    const common = vector();
    const near = (spread: number) => vector().map((value, index) => (common[index] ?? 0) + spread * value);
    return {
      rows: Array.from({ length: n }, () => near(0.5)),
      around: {
        weights: Array.from({ length: n }, () => 1 + random.below(100)),
        previous: near(0.3),
        root: near(0.1),
        seed,
      },
    };
  });

describe.each(ALL)('%s', (_name, rule) => {
  it('moves with its updates', () => {
    // Clipping measures lengths from zero, and trust angles from it.
    if (reads(rule, ['fltrust', 'arc', 'norm-clip'])) return;
    fc.assert(
      fc.property(cohorts, fc.double({ min: -5, max: 5, noNaN: true }), ({ rows, around }, shift) => {
        const by = (row: readonly number[] = []) => row.map((value) => value + shift);
        const moved = aggregate(rule, rows.map(by), { ...around, previous: by(around.previous) });
        expectNear(moved, by(aggregate(rule, rows, around)), 1e-6);
      }),
    );
  });

  it('scales with its updates', () => {
    fc.assert(
      fc.property(cohorts, fc.constantFrom(0.5, 4, 1000), ({ rows, around }, factor) => {
        const by = (row: readonly number[] = []) => row.map((value) => value * factor);
        const scaled = aggregate(rule, rows.map(by), {
          ...around,
          previous: by(around.previous),
          root: by(around.root),
        });
        expectNear(scaled, by(aggregate(rule, rows, around)), 1e-5 * factor);
      }),
    );
  });

  it('gives what all agree on', () => {
    fc.assert(
      fc.property(cohorts, ({ rows, around }) => {
        const row = rows[0] ?? [];
        const same = rows.map(() => row);
        expectNear(aggregate(rule, same, { ...around, previous: row, root: row }), row, 1e-6);
      }),
    );
  });

  it('states shares that are no less than zero and sum to one', () => {
    fc.assert(
      fc.property(cohorts, ({ rows, around }) => {
        const { shares } = planFor(rule, rows, around);
        expect(shares.length).toBe(rows.length);
        expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
      }),
    );
  });

  it('plans the same twice', () => {
    fc.assert(
      fc.property(cohorts, ({ rows, around }) => {
        expect(planFor(rule, rows, around)).toEqual(planFor(rule, rows, around));
      }),
    );
  });

  it('hears a capped member less', () => {
    fc.assert(
      fc.property(cohorts, fc.double({ min: 0.05, max: 0.95, noNaN: true }), ({ rows, around }, cap) => {
        const influence = rows.map((_, index) => (index === 0 ? cap : 1));
        const seen = aggregate(rule, rows, { ...around, influence });
        const free = rows.map(() => 1);
        expect(aggregate(rule, rows, { ...around, influence: free })).toEqual(aggregate(rule, rows, around));
        if (RULES[rule.rule].capsInfluence || cap < 0.5) return;
        expect(seen).toEqual(aggregate(rule, rows, around));
      }),
    );
  });
});

// In MDA and in Bulyan's last choices equals come up by construction, and the first of them wins.
const unordered = ALL.filter(([, rule]) => !reads(rule, ['mda', 'bulyan', 'bucketing']));

describe.each(unordered)('%s', (_name, rule) => {
  it('does not care in which order the updates come', () => {
    const shuffled = cohorts.chain((cohort) =>
      fc.tuple(
        fc.constant(cohort),
        fc.shuffledSubarray([...cohort.rows.keys()], { minLength: cohort.rows.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([{ rows, around }, order]) => {
        const weights = order.map((index) => around.weights?.[index] ?? 0);
        const seen = aggregate(
          rule,
          order.map((index) => rows[index] ?? []),
          { ...around, weights },
        );
        expectNear(seen, aggregate(rule, rows, around), 1e-7);
      }),
    );
  });
});

describe('f outliers, however far and together or apart', () => {
  /** The most that a rule bears of n, and with which options. */
  const bearing: readonly [string, (f: number) => unknown, (n: number) => number][] = [
    ['trimmed-mean', (f) => ({ trim: f }), half],
    ['median', () => ({}), half],
    ['mean-around-median', (outliers) => ({ outliers }), half],
    ['geometric-median', () => ({}), half],
    ['krum', (outliers) => ({ outliers }), (n) => Math.floor((n - 2) / 2)],
    ['multi-krum', (outliers) => ({ outliers }), (n) => Math.floor((n - 2) / 2)],
    ['bulyan', (outliers) => ({ outliers }), (n) => Math.floor((n - 3) / 4)],
    ['mda', (outliers) => ({ outliers }), half],
    ['centred-clipping', () => ({}), half],
    ['trimmed-mean', (f) => ({ trim: f, before: [{ rule: 'nnm', outliers: f }] }), half],
    ['trimmed-mean', (f) => ({ trim: f, before: [{ rule: 'arc', outliers: f }] }), half],
    ['trimmed-mean', (f) => ({ trim: f, before: [{ rule: 'bucketing' }] }), (n) => Math.floor((n - 1) / 4)],
    ['weighted-mean', () => ({ before: [{ rule: 'norm-clip' }] }), half],
  ];
  const attacked = cohorts.chain((cohort) =>
    fc.record({
      cohort: fc.constant(cohort),
      distance: fc.constantFrom(1e4, 1e6, 1e9),
      together: fc.boolean(),
      first: fc.boolean(),
    }),
  );

  it.each(bearing)('do not carry %s away (%#)', (rule, options, most) => {
    fc.assert(
      fc.property(attacked, ({ cohort: { rows, around }, distance: far, together, first }) => {
        const f = most(rows.length);
        const honest = rows.slice(f);
        const outliers = rows
          .slice(0, f)
          .map((row, index) => (together ? (rows[0] ?? []) : row).map((value) => value * far + index / 10));
        const cohort = first ? [...outliers, ...honest] : [...honest, ...outliers];
        const { previous, root, ...rest } = around;
        const seen = aggregate(spec({ rule, ...(options(f) as object) }), cohort, {
          ...rest,
          weights: cohort.map(() => 1),
        });
        const lengths = honest.map((row) =>
          distance(
            row,
            row.map(() => 0),
          ),
        );
        // The loosest is the geometric median: 2 (n − f) / (n − 2f) times the honest radius (Minsker 2015).
        expect(Math.hypot(...seen)).toBeLessThanOrEqual(4 * cohort.length * Math.max(...lengths));
      }),
    );
  });

  it('carry the weighted mean away', () => {
    expect(aggregate(spec({ rule: 'weighted-mean' }), [[1], [1], [1e9]])[0]).toBeGreaterThan(1e8);
  });
});

describe('the registry', () => {
  it('says of every rule and step what it does, where from, and within what it holds', () => {
    for (const one of [...Object.values(RULES), ...Object.values(BEFORE)]) {
      expect(Math.min(one.formula.length, one.source.length, one.holds.length)).toBeGreaterThan(4);
    }
    expect(new Set(SINGLE.map(({ rule }) => rule))).toEqual(new Set(Object.keys(RULES)));
  });

  it('asks for inner products and references only where they are read', () => {
    expect(needsOf(spec({ rule: 'trimmed-mean' }))).toEqual({ gram: false, references: [] });
    expect(needsOf(spec({ rule: 'median', before: [{ rule: 'bucketing' }] })).gram).toBe(false);
    expect(needsOf(spec({ rule: 'median', before: [{ rule: 'nnm' }] })).gram).toBe(true);
    expect(needsOf(spec({ rule: 'krum' })).gram).toBe(true);
    expect(needsOf(spec({ rule: 'centred-clipping' })).references).toEqual(['previous']);
    expect(needsOf(spec({ rule: 'fltrust' })).references).toEqual(['root']);
  });
});

function half(n: number): number {
  return Math.floor((n - 1) / 2);
}

function nameOf({ rule, before = [] }: RuleSpec): string {
  return [...before.map((step) => step.rule), rule].join(', then ');
}

function reads({ rule, before = [] }: RuleSpec, names: readonly string[]): boolean {
  return [rule, ...before.map((step) => step.rule)].some((name) => names.includes(name));
}

function expectNear(seen: readonly number[], expected: readonly number[], tolerance: number): void {
  expect(seen.length).toBe(expected.length);
  seen.forEach((one, index) => {
    expect(Math.abs(one - (expected[index] ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
  });
}
