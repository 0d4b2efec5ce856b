/** What attacks promise of themselves, on updates of any kind. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { againstKrum } from '../../coordinator/lab/attacks/fang-krum.ts';
import { directedDeviation } from '../../coordinator/lab/attacks/fang-trimmed.ts';
import { minMax } from '../../coordinator/lab/attacks/min-max.ts';
import { minSum } from '../../coordinator/lab/attacks/min-sum.ts';
import { ownAndLookalikes } from '../../coordinator/lab/attacks/poisoning.ts';
import { ATTACKS, attacksAgainst } from '../../coordinator/lab/attacks/registry.ts';
import { nearestDistances } from '../../coordinator/lab/attacks/rows.ts';
import { meanOf, plus, squaredDiameter, squaredDistance } from '../../coordinator/lab/attacks/vectors.ts';
import { Random } from '../../shared/learning/random.ts';

const updates = fc.integer({ min: 2, max: 6 }).chain((width) =>
  fc.array(fc.array(fc.double({ min: -5, max: 5, noNaN: true }), { minLength: width, maxLength: width }), {
    minLength: 3,
    maxLength: 8,
  }),
);
const kinds = fc.constantFrom('std' as const, 'unit' as const, 'sign' as const);
const SLACK = 1e-9;

describe('Min-Max', () => {
  it('stays within its own bound, and would leave it a little farther out', () => {
    fc.assert(
      fc.property(updates, kinds, (honest, kind) => {
        const bound = squaredDiameter(honest);
        const { gamma, vector } = minMax(honest, kind);
        const farthest = (from: ArrayLike<number>) =>
          Math.max(...honest.map((update) => squaredDistance(from, update)));
        expect(farthest(vector)).toBeLessThanOrEqual(bound + SLACK * (1 + bound));
        if (gamma < 1e-6) return;
        const mean = meanOf(honest);
        const beyond = plus(mean, plus(vector, mean, -1), 1.01);
        expect(farthest(beyond)).toBeGreaterThan(bound);
      }),
    );
  });
});

describe('Min-Sum', () => {
  it('stays within its own bound', () => {
    fc.assert(
      fc.property(updates, kinds, (honest, kind) => {
        const sumFrom = (from: ArrayLike<number>) =>
          honest.reduce((sum, update) => sum + squaredDistance(from, update), 0);
        const bound = Math.max(...honest.map(sumFrom));
        expect(sumFrom(minSum(honest, kind).vector)).toBeLessThanOrEqual(bound + SLACK * (1 + bound));
      }),
    );
  });
});

describe('Fang against rules by columns', () => {
  it('lies beyond every honest value of the column, on the far side from the mean', () => {
    fc.assert(
      fc.property(updates, (honest) => {
        const mean = meanOf(honest);
        directedDeviation(honest, new Random('test', 1)).forEach((value, at) => {
          const column = honest.map((update) => update[at] ?? 0);
          if ((mean[at] ?? 0) < 0) expect(value).toBeGreaterThanOrEqual(Math.max(...column));
          else expect(value).toBeLessThanOrEqual(Math.min(...column));
        });
      }),
    );
  });
});

describe('Fang against Krum', () => {
  it('finds a vector against the mean that is nearer to its copies than honest updates to each other', () => {
    const random = new Random('honest', 1);
    const honest = Array.from({ length: 8 }, () =>
      Array.from({ length: 5 }, () => 1 + 0.3 * random.normal()),
    );
    const vector = againstKrum(honest, 3) ?? new Float64Array();
    expect([...vector].every((value) => value < 0)).toBe(true);
  });
});

describe('clean-label poisoning', () => {
  it('adds a quarter of rows, those of the family that look most normal', () => {
    const random = new Random('rows', 1);
    const rowsAt = (rows: number, value: (row: number) => number) => ({
      rows,
      width: 1,
      data: Float32Array.from({ length: rows }, (_, row) => value(row)),
    });
    const own = rowsAt(40, (row) => row / 40);
    const family = rowsAt(100, (row) => row / 10);
    const { rows, data } = ownAndLookalikes({
      own,
      loot: { family, incidents: family, canaries: family },
      random,
    });
    expect(rows).toBe(50);
    expect(Math.max(...data.slice(40))).toBeLessThan(2.6);
  });

  it('measures nearness to the nearest row', () => {
    const batch = (values: number[]) => ({ rows: values.length, width: 1, data: Float32Array.from(values) });
    expect([...nearestDistances(batch([0, 5, 12]), batch([0, 10]))]).toEqual([0, 0.5, expect.closeTo(0.2)]);
  });
});

describe('the list of attacks', () => {
  it('has each name once, with formula and source', () => {
    expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
    for (const { formula, source } of ATTACKS) expect(formula.length * source.length).toBeGreaterThan(0);
  });

  it('keeps attacks on gradients away from sums', () => {
    const onSums = attacksAgainst('sums').map(({ name }) => name);
    expect(onSums).toContain('cover');
    expect(onSums).not.toContain('min-max');
  });
});
