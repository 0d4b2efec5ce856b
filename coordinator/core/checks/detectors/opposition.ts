/**
 * Whether a member pulls against the others round after round: the mean, along its trail, of the cosine to the mean
 * direction of the others. What one round's spread hides, a flipped gradient shows in ten. Honest members of other data
 * lie around 0 near convergence, hence the absolute bound. Blind where most pull against one another for good reason.
 */
import { cosinesToOthers } from '../statistics/geometry.ts';
import { LEAST_SPREAD } from '../statistics/spread.ts';
import { judgeTrailCosine, type TrailCosine } from '../statistics/trail-cosine.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const AGAINST_THE_OTHERS: TrailCosine = {
  check: 'opposition',
  code: 'direction_outlier',
  to: 'the others',
  /** Honest members come to −.2; two colluders in ten turn the others' mean so far that honest members come to −.6. */
  boundBetween: [-0.25, -0.7],
  /** All pull apart where gradients sum to nothing. */
  leastGap: 0.2,
  leastSigma: 0.05,
  leastRounds: 10,
};

export const OPPOSITION: Detector = {
  name: AGAINST_THE_OTHERS.check,
  looksFor: 'a pull against the others, over many rounds',
  source: 'Fung et al., FoolsGold, RAID 2020, arXiv 1808.04866, on histories; here of cosines',
  kind: 'history',
  decisive: true,
  judge: judgeOpposition,
};

function judgeOpposition(input: CohortInput): readonly Signal[] {
  const { gradients, measures } = input;
  if (!gradients || measures.members.length < LEAST_SPREAD) return [];
  return judgeTrailCosine(input, cosinesToOthers(measures), AGAINST_THE_OTHERS);
}
