/**
 * Whether what sets a member apart adds up: D = ‖Σ r‖² / Σ ‖r‖² over its residuals r to the cohort's mean, along its
 * trail. About 1 where they are unrelated, as many as there are rounds where they are a constant push. Other data are a
 * constant push too (honest members: 49–110 after 150 rounds), so a member is held against its peers, and only a drift
 * many times theirs is told. Blind to drifts inside genuine differences.
 */
import { addedTo, keptSums, standsFor } from '../statistics/running-mean.ts';
import { judgeSpread } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

/** Directions of the sketch that are added up; D comes out within a quarter or so (√(2/32)). */
const DIRECTIONS = 32;
const DEVIATIONS = 6;
/** Natural logarithm: the error of the sketch. */
const LEAST_SIGMA = 0.35;
const LEAST_ROUNDS = 10;

export const DRIFT: Detector = {
  name: 'drift',
  looksFor: 'a push that adds up over rounds far more than the others’ do',
  source: 'random projections: Johnson and Lindenstrauss 1984; the ratio is measured here',
  kind: 'history',
  decisive: false,
  judge: judgeDrift,
};

function judgeDrift(input: CohortInput): readonly Signal[] {
  const { gradients, measures } = input;
  if (!gradients) return [];
  const sums = residualsOf(input).map((residual, at) =>
    addedTo(keptSums(input, measures.members[at] ?? '', DRIFT.name), [squared(residual), ...residual]),
  );
  const judged = judgeSpread(measures.members, sums.map(driftIn), {
    check: DRIFT.name,
    code: 'drift_outlier',
    what: 'sum of what sets it apart, squared, over the sum of squares,',
    scale: 'ratio',
    deviations: DEVIATIONS,
    leastSigma: LEAST_SIGMA,
    limits: [0, Number.MAX_VALUE],
    side: 'high',
  });
  return judged.map((signal, at) => {
    const own = sums[at] ?? [];
    return { ...(standsFor(own, LEAST_ROUNDS) ? signal : excused(signal)), sums: own };
  });
}

/** Each member's sketch less the mean of all, in units of the cohort's length: sketches of residuals. */
function residualsOf({ measures: { members, sketches, gram } }: CohortInput): readonly (readonly number[])[] {
  const n = members.length;
  const power = members.reduce((sum, _, at) => sum + (gram[at]?.[at] ?? 0), 0) / Math.max(1, n);
  const unit = Math.sqrt(Math.max(Number.MIN_VALUE, power));
  const own = sketches.slice(0, n).map((sketch) => sketch.slice(0, DIRECTIONS));
  const mean = (own[0] ?? []).map(
    (_, place) => own.reduce((sum, sketch) => sum + (sketch[place] ?? 0), 0) / n,
  );
  return own.map((sketch) => sketch.map((value, place) => (value - (mean[place] ?? 0)) / unit));
}

function squared(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value * value, 0);
}

function driftIn([, squares = 0, ...sums]: readonly number[]): number {
  return squares > 0 ? squared(sums) / squares : 1;
}

function excused({ member, finding: { code: _, ...seen } }: Signal): Signal {
  return { member, finding: { ...seen, passed: true } };
}
