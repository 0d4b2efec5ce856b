import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { appliedShares, combinerOf } from '../../coordinator/core/aggregators/registry.ts';
import { trimOf } from '../../coordinator/core/aggregators/trimmed-mean.ts';
import type { RuleSpec } from '../../shared/federation/schema.ts';
import { Refusal } from '../../shared/refusal.ts';
import { referenceData } from '../support/reference-data.ts';

function combine(
  rule: RuleSpec,
  rows: readonly (readonly number[])[],
  weights = rows.map(() => 1),
): number[] {
  const tile = rows.map((row) => Float32Array.from(row));
  const out = new Float32Array(rows[0]?.length ?? 0);
  combinerOf(rule, weights)(tile, out);
  return [...out];
}

/** The definition, by a full sort. */
function trimmedBySort(rows: readonly (readonly number[])[], f: number): number[] {
  return (rows[0] ?? []).map((_, column) => {
    const sorted = rows.map((row) => Math.fround(row[column] ?? 0)).sort((a, b) => a - b);
    const middle = sorted.slice(f, sorted.length - f);
    return Math.fround(middle.reduce((sum, value) => sum + value, 0) / middle.length);
  });
}

const value = fc.float({ min: -1000, max: 1000, noNaN: true });
const rowsOf = (minUpdates: number, maxUpdates: number) =>
  fc
    .tuple(fc.integer({ min: minUpdates, max: maxUpdates }), fc.integer({ min: 1, max: 6 }))
    .chain(([n, d]) =>
      fc.array(fc.array(value, { minLength: d, maxLength: d }), { minLength: n, maxLength: n }),
    );

const WEIGHTED: RuleSpec = { rule: 'weighted-mean' };
const TRIMMED: RuleSpec = { rule: 'trimmed-mean' };

function expectClose(seen: readonly number[], expected: readonly number[], tolerance = 1e-2): void {
  expect(seen.length).toBe(expected.length);
  seen.forEach((one, index) => {
    expect(Math.abs(one - (expected[index] ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
  });
}

interface Vector {
  readonly id: string;
  readonly rule: string;
  readonly params: {
    readonly f?: number;
    readonly beta_fraction?: number;
    readonly weights?: readonly number[];
  };
  readonly input: string | readonly number[][];
  readonly expected: readonly number[];
  readonly abs_tol: number;
}

describe('published vectors', () => {
  const path = referenceData('vectors/aggregators.json');
  if (path === undefined) {
    // `referenceData` has printed why.
    it.skip('are not on this machine', () => {});
    return;
  }
  const { inputs, aggregators } = JSON.parse(readFileSync(path, 'utf8')) as {
    inputs: Record<string, number[][]>;
    aggregators: Vector[];
  };
  const ours: Record<string, (vector: Vector, n: number) => RuleSpec> = {
    Average: () => WEIGHTED,
    'WeightedMean (FedAvg)': () => WEIGHTED,
    TrMean: ({ params }, n) => ({
      rule: 'trimmed-mean',
      trim: params.f ?? Math.floor((params.beta_fraction ?? 0) * n),
    }),
  };
  const shipped = aggregators.filter(({ rule }) => rule in ours);

  it('name thirteen results of the shipped rules', () => {
    expect(shipped.length).toBe(13);
  });

  it.each(shipped.map((vector) => [vector.id, vector] as const))('%s', (_id, vector) => {
    const rows = typeof vector.input === 'string' ? (inputs[vector.input] ?? []) : vector.input;
    const rule = ours[vector.rule]?.(vector, rows.length) ?? WEIGHTED;
    const seen = combine(rule, rows, [...(vector.params.weights ?? rows.map(() => 1))]);
    // Inputs and results are float32 here: the vectors' tolerance, and half a step of float32 at the value.
    seen.forEach((one, index) => {
      const expected = vector.expected[index] ?? Number.NaN;
      expect(Math.abs(one - expected)).toBeLessThanOrEqual(vector.abs_tol + Math.abs(expected) * 2 ** -23);
    });
  });
});

describe.each([WEIGHTED, TRIMMED])('$rule', (rule) => {
  it('does not care in which order the updates come', () => {
    fc.assert(
      fc.property(
        rowsOf(3, 12).chain((rows) =>
          fc.tuple(fc.constant(rows), fc.shuffledSubarray(rows, { minLength: rows.length })),
        ),
        ([rows, shuffled]) => expectClose(combine(rule, shuffled), combine(rule, rows), 1e-4),
      ),
    );
  });

  it('moves with its updates and scales with them', () => {
    fc.assert(
      fc.property(rowsOf(3, 12), value, fc.constantFrom(-2, 0.5, 4), (rows, shift, scale) => {
        const plain = combine(rule, rows);
        const moved = combine(
          rule,
          rows.map((row) => row.map((one) => one + shift)),
        );
        expectClose(
          moved,
          plain.map((one) => one + shift),
          1e-2,
        );
        const scaled = combine(
          rule,
          rows.map((row) => row.map((one) => one * scale)),
        );
        expectClose(
          scaled,
          plain.map((one) => one * scale),
          1e-3,
        );
      }),
    );
  });

  it('gives what all agree on, exactly', () => {
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 3, max: 50 }),
        (row, n) => {
          expect(
            combine(
              rule,
              Array.from({ length: n }, () => row),
            ),
          ).toEqual(row.map((one) => one + 0));
        },
      ),
    );
  });

  it('gives the same bytes whatever the width of a tile', () => {
    const columns = 5000;
    const rows = Array.from({ length: 11 }, (_, row) =>
      Float32Array.from(
        { length: columns },
        (_, column) => Math.sin(row * 7919 + column * 104_729) * 10 ** (row % 5),
      ),
    );
    const weights = rows.map((_, row) => 1 + row * 0.37);
    const whole = new Float32Array(columns);
    combinerOf(rule, weights)(rows, whole);
    for (const width of [1, 7, 1023, 1024, 1025, 4096]) {
      const combineTile = combinerOf(rule, weights);
      const pieces = new Float32Array(columns);
      for (let from = 0; from < columns; from += width) {
        const to = Math.min(columns, from + width);
        combineTile(
          rows.map((row) => row.subarray(from, to)),
          pieces.subarray(from, to),
        );
      }
      expect(Buffer.from(pieces.buffer).equals(Buffer.from(whole.buffer))).toBe(true);
    }
  });

  it('refuses to combine nothing', () => {
    expect(() => combinerOf(rule, [])).toThrow(Refusal);
  });

  it('states shares that sum to one', () => {
    const total = appliedShares(rule, [1, 2, 5]).reduce((sum, share) => sum + share, 0);
    expect(total).toBeCloseTo(1, 12);
  });
});

describe('weighted mean', () => {
  it('weighs by samples and accumulates beyond float32', () => {
    expect(combine(WEIGHTED, [[2 ** 24], [1], [-(2 ** 24)]], [1, 1, 1])).toEqual([Math.fround(1 / 3)]);
    expect(combine(WEIGHTED, [[1], [5]], [3, 1])).toEqual([2]);
    expect(appliedShares(WEIGHTED, [3, 1])).toEqual([0.75, 0.25]);
  });

  it.each([[[0, 0]], [[1, -1]], [[1, Number.NaN]], [[1, Number.POSITIVE_INFINITY]]])(
    'refuses the weights %j',
    (weights) => {
      expect(() => combinerOf(WEIGHTED, weights)).toThrow(
        expect.objectContaining({ code: 'rule_breakdown' }),
      );
    },
  );
});

describe('trimmed mean', () => {
  it('is the definition, for every n up to 50 and every f', () => {
    const column = (n: number, seed: number) =>
      Array.from({ length: n }, (_, row) => Math.sin(seed + row * row) * 10);
    for (let n = 1; n <= 50; n++) {
      for (let f = 0; n - 2 * f >= 1; f++) {
        const columns = Array.from({ length: 20 }, (_, seed) => column(n, seed + n));
        const rows = Array.from({ length: n }, (_, row) => columns.map((one) => one[row] ?? 0));
        expect(combine({ rule: 'trimmed-mean', trim: f }, rows)).toEqual(trimmedBySort(rows, f));
      }
    }
  });

  it('is the definition for ties, zeros of both signs and numbers of any size', () => {
    const awkward = fc.oneof(
      fc.float({ noNaN: true, noDefaultInfinity: true }),
      fc.constantFrom(0, -0, 1, -1, 2 ** -149),
    );
    const rows = fc
      .integer({ min: 3, max: 20 })
      .chain((n) => fc.array(fc.tuple(awkward), { minLength: n, maxLength: n }));
    fc.assert(
      fc.property(rows, (some) => {
        expect(combine(TRIMMED, some)).toEqual(
          trimmedBySort(some, trimOf({ rule: 'trimmed-mean' }, some.length)),
        );
      }),
    );
  });

  it('stays between the honest values with f outliers of any size', () => {
    const outlier = fc.float({ noNaN: true, noDefaultInfinity: true });
    const cohort = rowsOf(3, 40).chain((honest) => {
      const d = honest[0]?.length ?? 1;
      const most = Math.floor((honest.length - 1) / 2);
      const outliers = fc.array(fc.array(outlier, { minLength: d, maxLength: d }), {
        minLength: 1,
        maxLength: most,
      });
      return fc.tuple(fc.constant(honest), outliers);
    });
    fc.assert(
      fc.property(cohort, ([honest, outliers]) => {
        const seen = combine({ rule: 'trimmed-mean', trim: outliers.length }, [...outliers, ...honest]);
        seen.forEach((one, column) => {
          const values = honest.map((row) => row[column] ?? 0);
          expect(one).toBeGreaterThanOrEqual(Math.min(...values));
          expect(one).toBeLessThanOrEqual(Math.max(...values));
        });
      }),
    );
  });

  it('ignores claimed samples', () => {
    const rows = [[1], [2], [3], [9]];
    expect(combine(TRIMMED, rows, [1, 1, 1, 1e9])).toEqual(combine(TRIMMED, rows));
    expect(appliedShares(TRIMMED, [1, 1, 1, 1e9])).toEqual([0.25, 0.25, 0.25, 0.25]);
  });

  it('trims a fifth by default, at least one', () => {
    expect([3, 5, 9, 10, 14, 15, 50].map((n) => trimOf({ rule: 'trimmed-mean' }, n))).toEqual([
      1, 1, 1, 2, 2, 3, 10,
    ]);
  });

  it('refuses when nothing is left', () => {
    expect(() => combine({ rule: 'trimmed-mean', trim: 2 }, [[1], [2], [3], [4]])).toThrow(
      /leaves 0, at least 1/,
    );
    expect(() => combine(TRIMMED, [[1], [2]])).toThrow(expect.objectContaining({ code: 'rule_breakdown' }));
  });
});
