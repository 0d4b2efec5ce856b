import { describe, expect, it } from 'vitest';
import { CLAIM } from '../../coordinator/core/checks/detectors/claim.ts';
import type { CohortInput, Detector } from '../../coordinator/core/checks/detectors/detector.ts';
import { DIRECTION } from '../../coordinator/core/checks/detectors/direction.ts';
import { DISTANCE } from '../../coordinator/core/checks/detectors/distance.ts';
import { SIGNS } from '../../coordinator/core/checks/detectors/signs.ts';
import { SPECTRAL } from '../../coordinator/core/checks/detectors/spectral.ts';
import {
  cohortOf,
  failing,
  HonestMembers,
  measuresOf,
  plus,
  scaled,
  unit,
  type Vector,
} from './made-cohort.ts';

const GEOMETRIC = [DIRECTION, DISTANCE, SIGNS, SPECTRAL] as const;
const SEEDS = Array.from({ length: 40 }, (_, seed) => seed);

/** The last two of ten replaced. */
function withTwo(seed: number, craft: (own: Vector, members: HonestMembers) => Vector, agreement = 2.5) {
  const members = new HonestMembers(seed);
  const honest = members.round(agreement);
  return cohortOf(measuresOf(honest.map((own, at) => (at < 8 ? own : craft(own, members)))));
}

function findingOf(detector: Detector, input: CohortInput, at: number) {
  return detector.judge(input)[at]?.finding;
}

describe('honest members with data of their own', () => {
  it.each([0.1, 0.6, 2.5])('fail no detector of one round, whatever they agree on (%d)', (agreement) => {
    const failed = SEEDS.flatMap((seed) => {
      const input = cohortOf(measuresOf(new HonestMembers(seed).round(agreement)));
      return GEOMETRIC.flatMap((detector) => failing(detector, input).map(() => detector.name));
    });
    expect(failed).toEqual([]);
  });

  it('are not compared when they hand in sums: honest sums lie anywhere', () => {
    const input = { ...withTwo(1, (own) => scaled(own, -100)), gradients: false };
    for (const detector of GEOMETRIC) expect(detector.judge(input)).toEqual([]);
  });
});

describe('the detector of directions', () => {
  it('finds a flipped update among members who agree', () => {
    const input = withTwo(3, (own) => scaled(own, -1));
    expect(failing(DIRECTION, input)).toEqual([8, 9]);
    expect(findingOf(DIRECTION, input, 8)).toMatchObject({
      code: 'direction_outlier',
      message: expect.stringMatching(
        /^cosine to the mean of the others -0\.\d+ is [\d.]+ deviations below the cohort's median 0\.\d+ \(bound 10\)$/,
      ),
    });
  });

  it('is not turned by the length of an update', () => {
    const members = new HonestMembers(4);
    const honest = members.round(2.5);
    const long = honest.map((own, at) => (at === 9 ? scaled(own, -1e6) : own));
    expect(failing(DIRECTION, cohortOf(measuresOf(long)))).toEqual([9]);
  });
});

describe('the detector of distances', () => {
  it('finds an update far from every other, and not those it is far from', () => {
    const input = withTwo(5, (own) => scaled(own, 4));
    expect(failing(DISTANCE, input)).toEqual([8, 9]);
    expect(findingOf(DISTANCE, input, 9)?.message).toMatch(
      /^squared distance to the nearest others, as a multiple of the cohort's median, [\d.]+ is [\d.]+ deviations above the cohort's median 1 \(bound 8\)$/,
    );
  });
});

describe('the detector of signs', () => {
  it('finds an update without a zero among updates of which half is dead', () => {
    const honest = new HonestMembers(6)
      .round()
      .map((own) => own.map((value, at) => (at % 2 === 0 ? 0 : value)));
    const crafted = honest.map((own, at) => (at === 9 ? own.map((value) => value - 0.01) : own));
    expect(failing(SIGNS, cohortOf(measuresOf(crafted)))).toEqual([9]);
  });
});

describe('the spectral detector', () => {
  it('finds colluders who push one way together', () => {
    const line = unit(Array.from({ length: 200 }, (_, at) => Math.sin(at)));
    const input = withTwo(7, (own) => unit(plus(scaled(own, 0.1), line)));
    expect(failing(SPECTRAL, input)).toEqual([8, 9]);
  });

  it('gives the same places twice, and none where all are one', () => {
    const input = withTwo(8, (own) => scaled(own, -1));
    expect(SPECTRAL.judge(input)).toEqual(SPECTRAL.judge(input));
    const same = cohortOf(measuresOf(Array.from({ length: 6 }, () => [1, 2, 3])));
    expect(
      SPECTRAL.judge(same).every(({ finding }) => finding.passed && Number.isFinite(finding.value)),
    ).toBe(true);
  });
});

describe('the detector of claims', () => {
  const honest = () => cohortOf(measuresOf(new HonestMembers(9).round()));
  const told = (over: (at: number) => { samples?: number; loss?: number }): CohortInput => {
    const input = honest();
    const updates = input.updates.map((update, at) => {
      const { samples = update.samples, loss = 0.08 + 0.005 * at } = over(at);
      return { ...update, samples, metrics: { loss } };
    });
    return { ...input, updates };
  };

  it('finds a loss that no other comes near, on either side', () => {
    expect(
      failing(
        CLAIM,
        told((at) => (at === 2 ? { loss: 1e-6 } : {})),
      ),
    ).toEqual([2]);
    expect(
      failing(
        CLAIM,
        told((at) => (at === 2 ? { loss: 50 } : {})),
      ),
    ).toEqual([2]);
    expect(
      failing(
        CLAIM,
        told(() => ({})),
      ),
    ).toEqual([]);
  });

  it('finds a loss that is not what was measured on the canaries of that member, however like the others it is', () => {
    const input = told((at) => ({ loss: at === 2 ? 0.1 : 0.05 * (at + 1) }));
    const ownScores = input.updates.map((_, at) => (at === 2 ? 40 : 0.05 * (at + 1)));
    expect(failing(CLAIM, { ...input, measures: { ...input.measures, ownScores } })).toEqual([2]);
    expect(failing(CLAIM, input)).toEqual([]);
  });

  it('finds samples beyond what counts, with the bound', () => {
    const input = told((at) => (at === 7 ? { samples: 10_001 } : {}));
    expect(failing(CLAIM, input)).toEqual([7]);
    expect(findingOf(CLAIM, input, 7)?.message).toBe(
      "10001 samples claimed, the cohort's median is 1000 (bound 10000)",
    );
    expect(
      failing(
        CLAIM,
        told((at) => (at === 7 ? { samples: 10_000 } : {})),
      ),
    ).toEqual([]);
  });

  it('holds nobody against a loss that nobody reports', () => {
    const input = honest();
    const silent = input.updates.map((update) => ({ ...update, metrics: {} }));
    expect(failing(CLAIM, { ...input, updates: silent })).toEqual([]);
  });
});
