/**
 * The combined vector of the round before, handed in again: a free-rider who trained nothing. In one round: closer than
 * any fresh gradient of fresh batches comes, which only a plain replay is; where all are so close (whole data sets as
 * batches), nobody is told apart. Along the trail: with noise on top it stays far closer than the others' gradients, which
 * leave the last direction behind as soon as the model has found it. Blind to a replay mixed with a gradient of its own.
 */
import { short } from '../statistics/figures.ts';
import { cosinesOf, rowOf } from '../statistics/geometry.ts';
import { medianOf } from '../statistics/median.ts';
import { addedTo, keptSums, meansIn, standsFor } from '../statistics/running-mean.ts';
import { ANGLE_RATIO, LEAST_ANGLE } from './copy.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const LEAST_COHORT = 3;
/** Faded mean cosines of honest members came to .76 in the first ten rounds and fall apart by .3 after; replays keep .95 and more. */
const LEAST_MEAN = 0.8;
const LEAST_GAP = 0.2;
const LEAST_ROUNDS = 10;

export const REPLAY: Detector = {
  name: 'replay',
  looksFor: "the last round's aggregate handed in again",
  source: 'Lin et al., Free-riders in federated learning, 2019, arXiv 1911.12560',
  kind: 'copy',
  decisive: true,
  judge: judgeReplays,
};

/** `value` is the cosine to the combined vector of the round before, or its faded mean where that is what stands out. */
function judgeReplays(input: CohortInput): readonly Signal[] {
  const { gradients, measures } = input;
  const previous = rowOf(measures, 'previous');
  const n = measures.members.length;
  if (!gradients || previous === undefined || n < LEAST_COHORT) return [];
  const cosines = (cosinesOf(measures)[previous] ?? []).slice(0, n);
  const bound = 1 - Math.min(LEAST_ANGLE, ANGLE_RATIO * medianOf(cosines.map((cosine) => 1 - cosine)));
  const sums = measures.members.map((member, at) =>
    addedTo(keptSums(input, member, REPLAY.name), [cosines[at] ?? 0]),
  );
  const means = sums.map((own) => meansIn(own)[0] ?? 0);
  const meanBound = Math.max(LEAST_MEAN, usualMean(means) + LEAST_GAP);
  return measures.members.map((member, at) => {
    const own = sums[at] ?? [];
    const mean = means[at] ?? 0;
    const finding =
      mean > meanBound && standsFor(own, LEAST_ROUNDS)
        ? keptUp(mean, meanBound)
        : atOnce(cosines[at] ?? 0, bound);
    return { member, sums: own, finding };
  });
}

/** Of those who do not pull away from it: these would make replays of honest gradients. */
function usualMean(means: readonly number[]): number {
  return medianOf(means.filter((mean) => mean > 0));
}

function atOnce(value: number, bound: number): Signal['finding'] {
  const passed = value <= bound;
  const message = `cosine ${value.toFixed(5)} to the aggregate of the round before (bound ${bound.toFixed(5)})`;
  const seen = { check: REPLAY.name, value, bound: [-1, bound] as const, passed, message };
  return passed ? seen : { ...seen, code: 'replay_of_aggregate' };
}

function keptUp(value: number, bound: number): Signal['finding'] {
  const message = `mean cosine ${short(value)} to the aggregate of the round before, over many rounds (bound ${short(bound)}, from ${LEAST_ROUNDS} rounds on)`;
  return {
    check: REPLAY.name,
    value,
    bound: [-1, bound],
    passed: false,
    code: 'replay_of_aggregate',
    message,
  };
}
