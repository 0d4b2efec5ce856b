/**
 * Shares of elements above, at and below 0. Crafted vectors often have other shares than a gradient, whose dead units
 * give exact zeros. Blind to whatever keeps the signs; a member whose data leave other units dead stands out honestly.
 */
import type { CohortMeasures } from '../measures.ts';
import { judgeSpread } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const DEVIATIONS = 10;
const LEAST_SIGMA = 0.02;

export const SIGNS: Detector = {
  name: 'signs',
  looksFor: 'shares of positive, zero and negative elements unlike the others',
  source: 'Xu et al., SignGuard, ICDCS 2022, arXiv 2109.05872',
  kind: 'direction',
  decisive: false,
  judge: judgeSigns,
};

/** The share that is furthest out stands for the update. */
function judgeSigns({ gradients, measures }: CohortInput): readonly Signal[] {
  if (!gradients) return [];
  const [positive = [], zero = [], negative = []] = (['positive', 'zero', 'negative'] as const).map((sign) =>
    judgeShares(measures, sign),
  );
  return positive.flatMap((signal, at) => {
    const all = [signal, zero[at] ?? signal, negative[at] ?? signal];
    return all.find(({ finding }) => !finding.passed) ?? signal;
  });
}

function judgeShares(
  { members, signs }: CohortMeasures,
  sign: keyof CohortMeasures['signs'][number],
): readonly Signal[] {
  return judgeSpread(
    members,
    signs.map((shares) => shares[sign]),
    {
      check: 'signs',
      code: 'sign_outlier',
      what: `share of ${sign} elements`,
      scale: 'plain',
      deviations: DEVIATIONS,
      leastSigma: LEAST_SIGMA,
      limits: [0, 1],
      side: 'both',
    },
  );
}
