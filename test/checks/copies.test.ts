import { describe, expect, it } from 'vitest';
import { COPY, copiedIn } from '../../coordinator/core/checks/detectors/copy.ts';
import { REPLAY } from '../../coordinator/core/checks/detectors/replay.ts';
import { NO_TRAIL, trailAfter } from '../../coordinator/core/standing/trail.ts';
import { Random } from '../../shared/learning/random.ts';
import {
  cohortOf,
  drawn,
  failing,
  HonestMembers,
  judgeRounds,
  measuresOf,
  plus,
  scaled,
  unit,
} from './made-cohort.ts';

const random = new Random('copies', 1);
const honest = () => new HonestMembers(2).round();

describe('the detector of copies', () => {
  it('finds a mimic and whom it copies, and says how many they are', () => {
    const vectors = honest().map((own, at, all) => (at >= 8 ? (all[0] ?? own) : own));
    const input = cohortOf(measuresOf(vectors));
    expect(failing(COPY, input)).toEqual([0, 8, 9]);
    expect(COPY.judge(input)[8]?.finding).toEqual({
      check: 'copy',
      value: 3,
      bound: 1,
      passed: false,
      code: 'copy_of_another',
      message:
        '3 updates are all but the same (within 0.001; bound 1), this one among them: they count as one',
    });
    expect(COPY.judge(input).map(({ copyOf }) => copyOf)).toEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((at) => ([0, 8, 9].includes(at) ? 'm00' : undefined)),
    );
  });

  it('sees through another length and a little noise', () => {
    const vectors = honest().map((own, at, all) =>
      at === 9 ? plus(scaled(all[0] ?? own, 0.5), scaled(unit(drawn(random, own.length)), 0.01)) : own,
    );
    expect(failing(COPY, cohortOf(measuresOf(vectors)))).toEqual([0, 9]);
  });

  it('tells no copies where all point the same way anyway', () => {
    const [first = []] = honest();
    const close = Array.from({ length: 10 }, () =>
      plus(first, scaled(unit(drawn(random, first.length)), 0.01)),
    );
    expect(failing(COPY, cohortOf(measuresOf(close)))).toEqual([]);
    const same = Array.from({ length: 10 }, () => first);
    expect(failing(COPY, cohortOf(measuresOf(same)))).toEqual([]);
  });

  it('takes members of one sector for two: their cosine may be .95', () => {
    const vectors = honest().map((own, at, all) =>
      at === 9 ? unit(plus(all[0] ?? own, scaled(unit(drawn(random, own.length)), 0.33))) : own,
    );
    expect(failing(COPY, cohortOf(measuresOf(vectors)))).toEqual([]);
  });

  it('finds sums handed in twice, and lets those be that only look alike', () => {
    const sums = honest().map((own) => plus(scaled(own, 1e-4), scaled(Array(200).fill(1), 1)));
    const input = (vectors: typeof sums) => cohortOf(measuresOf(vectors), { gradients: false, step: 'sums' });
    expect(failing(COPY, input(sums))).toEqual([]);
    expect(failing(COPY, input(sums.map((own, at) => (at === 4 ? (sums[1] ?? own) : own))))).toEqual([1, 4]);
    expect(failing(COPY, input(sums.map(() => sums[0] ?? [])))).toEqual([]);
  });

  it('names the first of them for the round in which they were found, and for no other', () => {
    const point = { round: 7, step: 'gradients', clean: true, values: { copy: 3 }, copyOf: 'm1' };
    const trail = trailAfter(NO_TRAIL, point, {});
    expect(copiedIn(trail, 7)).toBe('m1');
    expect(copiedIn(trail, 8)).toBeUndefined();
    expect(copiedIn(NO_TRAIL, 7)).toBeUndefined();
  });
});

describe('the detector of replays', () => {
  const previous = unit(drawn(random, 200));

  it('finds the aggregate of the round before', () => {
    const vectors = honest().map((own, at) => (at === 9 ? scaled(previous, 0.3) : own));
    const input = cohortOf(measuresOf(vectors, { previous }));
    expect(failing(REPLAY, input)).toEqual([9]);
    expect(REPLAY.judge(input)[9]?.finding).toMatchObject({
      code: 'replay_of_aggregate',
      message: 'cosine 1.00000 to the aggregate of the round before (bound 0.99900)',
    });
  });

  it('finds a replay with noise on top by its trail, and no honest member', () => {
    const story = Array.from({ length: 30 }, (_, round) => {
      const before = unit(drawn(random, 200));
      // Honest gradients follow the last direction in the first rounds, and less and less after.
      const follows = 0.9 ** round;
      const vectors = honest().map((own, at) =>
        at === 9
          ? unit(plus(before, scaled(unit(drawn(random, 200)), 0.3)))
          : unit(plus(scaled(unit(own), 1 - follows), scaled(before, follows))),
      );
      return cohortOf(measuresOf(vectors, { previous: before }));
    });
    const signals = judgeRounds(REPLAY, story);
    expect(signals.flatMap(({ finding }, at) => (finding.passed ? [] : [at]))).toEqual([9]);
    expect(signals[9]?.finding.message).toMatch(
      /^mean cosine 0\.\d+ to the aggregate of the round before, over many rounds \(bound 0\.\d+, from 10 rounds on\)$/,
    );
  });

  it('takes nobody for a replay because others pull away from the aggregate', () => {
    const follows = [0.9, 0.85, 0.7, 0.65, -0.9, -0.9];
    const story = Array.from({ length: 15 }, () => {
      const before = unit(drawn(random, 200));
      const vectors = follows.map((cosine) =>
        plus(scaled(before, cosine), scaled(unit(drawn(random, 200)), Math.sqrt(1 - cosine ** 2))),
      );
      return cohortOf(measuresOf(vectors, { previous: before }));
    });
    const signals = judgeRounds(REPLAY, story);
    expect(signals.filter(({ finding }) => !finding.passed)).toEqual([]);
  });

  it('tells nobody apart where all come close to it', () => {
    const close = Array.from({ length: 10 }, () => plus(previous, scaled(unit(drawn(random, 200)), 0.02)));
    expect(failing(REPLAY, cohortOf(measuresOf(close, { previous })))).toEqual([]);
  });

  it('has nothing to say in a first round', () => {
    expect(REPLAY.judge(cohortOf(measuresOf(honest())))).toEqual([]);
  });
});
