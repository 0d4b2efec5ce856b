/**
 * Whether a member pulls against the others round after round: the mean, along its trail, of the cosine to the mean
 * direction of the others. What one round's spread hides, a flipped gradient shows in ten. Honest members of other data
 * lie around 0 near convergence, hence the absolute bound. Blind where most pull against one another for good reason.
 */

import { short } from '../statistics/figures.ts';
import { cosinesToOthers } from '../statistics/geometry.ts';
import { addedTo, keptSums, meansIn, standsFor } from '../statistics/running-mean.ts';
import { LEAST_SPREAD, type Spread, spreadOf } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

/**
 * The bound lies 3 σ below the cohort's median, but never above the first of these cosines (honest members come to −.2)
 * nor below the second (two colluders in ten turn the others' mean so far that honest members come to −.6).
 */
const BOUND_BETWEEN = [-0.25, -0.7] as const;
/** Where all pull apart, as gradients do that sum to nothing, a member must do so by this much more than the median. */
const LEAST_GAP = 0.2;
const DEVIATIONS = 3;
const LEAST_SIGMA = 0.05;
const LEAST_ROUNDS = 10;

export const OPPOSITION: Detector = {
  name: 'opposition',
  looksFor: 'a pull against the others, over many rounds',
  source: 'Fung et al., FoolsGold, RAID 2020, arXiv 1808.04866, on histories; here of cosines',
  kind: 'history',
  decisive: true,
  judge: judgeOpposition,
};

function judgeOpposition(input: CohortInput): readonly Signal[] {
  const { gradients, measures } = input;
  if (!gradients || measures.members.length < LEAST_SPREAD) return [];
  const cosines = cosinesToOthers(measures);
  const sums = measures.members.map((member, at) =>
    addedTo(keptSums(input, member, OPPOSITION.name), [cosines[at] ?? 0]),
  );
  const means = sums.map((own) => meansIn(own)[0] ?? 0);
  const spread = spreadOf(means, LEAST_SIGMA);
  const bound = boundFor(spread);
  return measures.members.map((member, at) => {
    const own = sums[at] ?? [];
    const value = means[at] ?? 0;
    const passed = value >= bound || !standsFor(own, LEAST_ROUNDS);
    const message = `mean cosine ${short(value)} to the others over ${short(own[0] ?? 0)} faded rounds; the cohort's median is ${short(spread.median)} (bound ${short(bound)}, from ${LEAST_ROUNDS} rounds on)`;
    const seen = { check: OPPOSITION.name, value, bound: [bound, 1] as const, passed, message };
    return { member, sums: own, finding: passed ? seen : { ...seen, code: 'direction_outlier' } };
  });
}

function boundFor({ median, sigma }: Spread): number {
  const [least, most] = BOUND_BETWEEN;
  const within = Math.max(most, Math.min(least, median - DEVIATIONS * sigma));
  return Math.max(-1, Math.min(within, median - LEAST_GAP));
}
