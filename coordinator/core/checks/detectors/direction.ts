/**
 * The cosine of an update's direction to the mean direction of the others. Where the members' data differ, honest
 * gradients point anywhere near convergence (they sum to about 0), so that a sign says nothing: only who stands out of
 * this cohort, in this round, is told. Blind to whatever stays within the honest spread.
 */
import { cosinesToOthers } from '../statistics/geometry.ts';
import { judgeSpread } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const DEVIATIONS = 10;
/** Cosine of two honest updates of one member in two rounds: it moves by more than this. */
const LEAST_SIGMA = 0.05;

export const DIRECTION: Detector = {
  name: 'direction',
  looksFor: 'a direction unlike that of the others',
  source: 'cosines to a leave-one-out mean, after Cao et al., FLTrust, NDSS 2021, arXiv 2012.13995',
  kind: 'direction',
  decisive: false,
  judge: judgeDirections,
};

function judgeDirections({ gradients, measures }: CohortInput): readonly Signal[] {
  if (!gradients) return [];
  return judgeSpread(measures.members, cosinesToOthers(measures), {
    check: 'direction',
    code: 'direction_outlier',
    what: 'cosine to the mean of the others',
    scale: 'plain',
    deviations: DEVIATIONS,
    leastSigma: LEAST_SIGMA,
    limits: [-1, 1],
    side: 'both',
  });
}
