/**
 * Whether a member's updates lower the score of the normal canaries, round after round: the mean cosine, along its
 * trail, of its update to the descent direction of their mean score. An honest member learns its own normal traffic, and
 * with it some of everybody's; whoever pushes the model back, by whatever formula, raises it. One round is noise
 * (σ ≈ .1–.3). Blind to harm that leaves normal traffic alone.
 */
import { cosinesOf, rowOf } from '../statistics/geometry.ts';
import { judgeTrailCosine, type TrailCosine } from '../statistics/trail-cosine.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const RAISED: TrailCosine = {
  check: 'canary-normals',
  code: 'canary_regression',
  to: 'what lowers the score of normal canaries,',
  boundBetween: [-0.3, -0.4],
  leastGap: 0.1,
  leastSigma: 0.03,
  leastRounds: 5,
  ofCanaries: true,
};

export const CANARY_NORMALS: Detector = {
  name: RAISED.check,
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
  const climbs = cosinesOf(measures)[slope] ?? [];
  return judgeTrailCosine(
    input,
    climbs.map((cosine) => -cosine),
    RAISED,
  );
}
