/**
 * Whether a member's updates lower the score of the normal canaries, round after round: the mean cosine, along its
 * trail, of its update to the descent direction of their mean score. An honest member learns its own normal traffic, and
 * with it some of everybody's; whoever pushes the model back, by whatever formula, raises it. One round is noise
 * (σ ≈ .1–.3). Blind to harm that leaves normal traffic alone.
 */

import { short } from '../statistics/figures.ts';
import { cosinesOf, rowOf } from '../statistics/geometry.ts';
import { addedTo, keptSums, meansIn, standsFor } from '../statistics/running-mean.ts';
import { type Spread, spreadOf } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

/**
 * The bound lies 3 σ below the cohort's median, but never above the first of these cosines (whoever does so little harm
 * is left alone) nor below the second (so that colluders cannot widen the spread until they fit in).
 */
const BOUND_BETWEEN = [-0.3, -0.4] as const;
/** Where all raise it, it is the model's doing: a member must do so by this much more than the median. */
const LEAST_GAP = 0.1;
const DEVIATIONS = 3;
const LEAST_SIGMA = 0.03;
const LEAST_ROUNDS = 5;

export const CANARY_NORMALS: Detector = {
  name: 'canary-normals',
  looksFor: 'updates that make normal canaries look stranger, over many rounds',
  source: 'after Xie et al., Zeno, ICML 2019, arXiv 1805.10032, to first order',
  kind: 'canary',
  decisive: true,
  judge: judgeNormals,
};

function judgeNormals(input: CohortInput): readonly Signal[] {
  const { gradients, measures } = input;
  const slope = rowOf(measures, 'slope/normal');
  if (!gradients || slope === undefined) return [];
  const cosines = cosinesOf(measures)[slope] ?? [];
  const sums = measures.members.map((member, at) =>
    addedTo(keptSums(input, member, CANARY_NORMALS.name), [-(cosines[at] ?? 0)]),
  );
  const means = sums.map((own) => meansIn(own)[0] ?? 0);
  const spread = spreadOf(means, LEAST_SIGMA);
  const bound = boundFor(spread);
  return measures.members.map((member, at) => {
    const own = sums[at] ?? [];
    const value = means[at] ?? 0;
    const passed = value >= bound || !standsFor(own, LEAST_ROUNDS);
    const message = `mean cosine ${short(value)} to what lowers the score of normal canaries, over ${short(own[0] ?? 0)} faded rounds; the cohort's median is ${short(spread.median)} (bound ${short(bound)}, from ${LEAST_ROUNDS} rounds on)`;
    const seen = { check: CANARY_NORMALS.name, value, bound: [bound, 1] as const, passed, message };
    return { member, sums: own, finding: passed ? seen : { ...seen, code: 'canary_regression' } };
  });
}

function boundFor({ median, sigma }: Spread): number {
  const [least, most] = BOUND_BETWEEN;
  const within = Math.max(most, Math.min(least, median - DEVIATIONS * sigma));
  return Math.max(-1, Math.min(within, median - LEAST_GAP));
}
