import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DISTANCE } from '../../coordinator/core/checks/detectors/distance.ts';
import {
  cosinesOf,
  cosinesToOthers,
  squaredDistances,
} from '../../coordinator/core/checks/statistics/geometry.ts';
import { cohortOf, dot, measuresOf, plus, scaled, unit } from './made-cohort.ts';

const vectors = fc.array(
  fc
    .array(fc.integer({ min: -9, max: 9 }), { minLength: 4, maxLength: 4 })
    .filter((v) => v.some((x) => x !== 0)),
  { minLength: 3, maxLength: 8 },
);

describe('the geometry of a cohort', () => {
  it('has the cosine of each direction to the mean of the others, as the vectors themselves give it', () => {
    fc.assert(
      fc.property(vectors, (all) => {
        const found = cosinesToOthers(measuresOf(all));
        all.forEach((own, at) => {
          const others = plus(...all.filter((_, other) => other !== at).map(unit));
          const length = Math.sqrt(dot(others, others));
          if (length > 1e-6) expect(found[at]).toBeCloseTo(dot(unit(own), others) / length, 6);
        });
      }),
    );
  });

  it('does not care how long anything is where directions are asked for', () => {
    const all = [
      [1, 2],
      [2, 1],
      [3, -1],
    ];
    const longer = all.map((own, at) => scaled(own, 10 ** at));
    cosinesToOthers(measuresOf(longer)).forEach((cosine, at) => {
      expect(cosine).toBeCloseTo(cosinesToOthers(measuresOf(all))[at] ?? 9, 12);
    });
  });

  it('gives 0 for a vector of no length, and distances as they are', () => {
    expect(
      cosinesOf(
        measuresOf([
          [0, 0],
          [1, 0],
        ]),
      )[0],
    ).toEqual([0, 0]);
    expect(
      squaredDistances(
        measuresOf([
          [0, 0],
          [3, 4],
        ]),
      ),
    ).toEqual([
      [0, 25],
      [25, 0],
    ]);
  });

  it('scores a place by the n − f − 2 nearest others, itself not among them', () => {
    // On a line, f = 1: each of six by its 3 nearest; 0 has 1, 4, 9 → 14/3, 1 has 1, 1, 4 → 2, 2 and 3 the same as 1.
    const line = [0, 1, 2, 3, 4, 5].map((at) => [at]);
    const values = DISTANCE.judge(cohortOf(measuresOf(line))).map(({ finding }) => finding.value);
    expect(values.map((value) => value * 2)).toEqual(
      [14 / 3, 2, 2, 2, 2, 14 / 3].map((v) => expect.closeTo(v, 12)),
    );
  });
});
