import { describe, expect, it } from 'vitest';
import { CHANGE } from '../../coordinator/core/checks/detectors/change.ts';
import type { CohortInput, Signal } from '../../coordinator/core/checks/detectors/detector.ts';
import { DRIFT } from '../../coordinator/core/checks/detectors/drift.ts';
import { OPPOSITION } from '../../coordinator/core/checks/detectors/opposition.ts';
import {
  addedTo,
  meansIn,
  standsFor,
  weightOf,
} from '../../coordinator/core/checks/statistics/running-mean.ts';
import { Random } from '../../shared/learning/random.ts';
import {
  cohortOf,
  drawn,
  HonestMembers,
  judgeRounds,
  measuresOf,
  plus,
  scaled,
  screenedLast,
  unit,
  type Vector,
} from './made-cohort.ts';

function storyOf(seed: number, rounds: number, craft: (own: Vector, at: number, round: number) => Vector) {
  const members = new HonestMembers(seed);
  return Array.from({ length: rounds }, (_, round) =>
    cohortOf(measuresOf(members.round(1).map((own, at) => craft(own, at, round)))),
  );
}

function failed(signals: readonly Signal[]): number[] {
  return signals.flatMap(({ finding }, at) => (finding.passed ? [] : [at]));
}

const honest = (own: Vector) => own;

describe('a mean along a trail', () => {
  it('fades: half of a round is left after 14 more', () => {
    const after = Array.from({ length: 14 }).reduce<readonly number[]>(
      (sums) => addedTo(sums, [0]),
      addedTo([], [1]),
    );
    expect(after[1]).toBeCloseTo(0.4877, 4);
    expect(meansIn(after)[0]).toBeCloseTo(0.4877 / weightOf(15), 4);
  });

  it('knows for how many rounds it stands', () => {
    const four = [1, 2, 3].reduce<readonly number[]>((sums) => addedTo(sums, [1]), addedTo([], [1]));
    expect([standsFor(four, 4), standsFor(four, 5), standsFor([], 1)]).toEqual([true, false, false]);
  });

  it('begins anew when the sums were of other values', () => {
    expect(addedTo([3, 1, 1], [5])).toEqual([1, 5]);
  });
});

describe('opposition', () => {
  it('is told of who pulls against the others for ten rounds', () => {
    const flip = (own: Vector, at: number) => (at === 9 ? scaled(own, -1) : own);
    const signals = judgeRounds(OPPOSITION, storyOf(1, 10, flip));
    expect(failed(signals)).toEqual([9]);
    expect(signals[9]?.finding.message).toMatch(
      /^mean cosine -0\.\d+ to the others over 8\.03 faded rounds; the cohort's median is 0\.\d+ \(bound -0\.\d+, from 10 rounds on\)$/,
    );
    expect(failed(judgeRounds(OPPOSITION, storyOf(1, 9, flip)))).toEqual([]);
  });

  it('is not told of a cohort that has converged, where all pull apart', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      const members = new HonestMembers(seed);
      const rounds = Array.from({ length: 15 }, () => {
        const updates = members.round(0);
        const mean = scaled(plus(...updates), 1 / updates.length);
        return cohortOf(measuresOf(updates.map((own) => plus(own, scaled(mean, -1)))));
      });
      expect(failed(judgeRounds(OPPOSITION, rounds))).toEqual([]);
    }
  });
});

describe('drift', () => {
  it('is about 1 for noise, and told of a constant push among noise', () => {
    const random = new Random('noise', 3);
    const push = unit(drawn(random, 200));
    const rounds = Array.from({ length: 30 }, () =>
      cohortOf(
        measuresOf(
          Array.from({ length: 10 }, (_, at) => {
            const noise = unit(drawn(random, 200));
            return at === 9 ? unit(plus(noise, scaled(push, 2))) : noise;
          }),
        ),
      ),
    );
    const signals = judgeRounds(DRIFT, rounds);
    expect(failed(signals)).toEqual([9]);
    expect(signals[9]?.finding).toMatchObject({ code: 'drift_outlier' });
    for (const { finding } of signals.slice(0, 9)) expect(finding.value).toBeLessThan(3);
  });

  it('is not told of members whose data push them for good', () => {
    for (let seed = 0; seed < 10; seed += 1) {
      expect(failed(judgeRounds(DRIFT, storyOf(seed, 20, honest)))).toEqual([]);
    }
  });
});

/** Detectors that read one another's numbers need all of them along the way. */
function screenRounds(rounds: readonly CohortInput[]): readonly Signal[] {
  return CHANGE.judge(screenedLast(rounds).input);
}

describe('change', () => {
  it('is told of who turns after nine honest rounds', () => {
    const turn = (own: Vector, at: number, round: number) =>
      at === 9 && round === 9 ? scaled(own, -1) : own;
    const signals = screenRounds(storyOf(5, 10, turn));
    expect(failed(signals)).toEqual([9]);
    expect(signals[9]?.finding.message).toMatch(
      /^direction -0\.\d+ after 0\.\d+ in the rounds before: [\d.]+ deviations more than the cohort changed \(bound 14\)$/,
    );
  });

  it('is not told of anybody when the whole cohort changes, nor of honest members', () => {
    const random = new Random('fallen apart', 1);
    const line = drawn(random, 200);
    const fallApart = (own: Vector, _at: number, round: number) =>
      round === 9 ? unit(drawn(random, 200)) : unit(plus(own, scaled(unit(line), 3)));
    expect(failed(screenRounds(storyOf(6, 10, fallApart)))).toEqual([]);
    for (let seed = 0; seed < 10; seed += 1) {
      expect(failed(screenRounds(storyOf(seed, 12, honest)))).toEqual([]);
    }
  });

  it('has nothing to say before eight rounds of trail', () => {
    expect(screenRounds(storyOf(7, 8, honest))).toEqual([]);
    expect(screenRounds(storyOf(7, 9, honest))).toHaveLength(10);
  });
});
