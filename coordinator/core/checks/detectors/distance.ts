/**
 * The score of Krum: the mean squared distance of an update to the n − f − 2 nearest others, as a ratio to the cohort's
 * median. Holds while 2f + 2 < n. Blind to f colluders who stay near one another and near the honest.
 */
import { squaredDistances } from '../statistics/geometry.ts';
import { medianOf } from '../statistics/median.ts';
import { judgeSpread } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const DEVIATIONS = 8;
/** Natural logarithm: about a seventh more or less. */
const LEAST_SIGMA = 0.15;

export const DISTANCE: Detector = {
  name: 'distance',
  looksFor: 'a place far from the nearest others',
  source: 'Blanchard et al., Krum, NeurIPS 2017, arXiv 1703.02757',
  kind: 'distance',
  decisive: false,
  judge: judgeDistances,
};

function judgeDistances({ gradients, measures, size }: CohortInput): readonly Signal[] {
  if (!gradients) return [];
  const neighbours = Math.max(1, measures.members.length - size.outliers - 2);
  const scores = squaredDistances(measures).map((row, at) => nearestMean(row.toSpliced(at, 1), neighbours));
  const median = medianOf(scores);
  return judgeSpread(
    measures.members,
    scores.map((score) => (median === 0 ? 1 : score / median)),
    {
      check: 'distance',
      code: 'distance_outlier',
      what: "squared distance to the nearest others, as a multiple of the cohort's median,",
      scale: 'ratio',
      deviations: DEVIATIONS,
      leastSigma: LEAST_SIGMA,
      limits: [0, Number.MAX_VALUE],
      side: 'high',
    },
  );
}

function nearestMean(squares: readonly number[], neighbours: number): number {
  const nearest = squares.toSorted((a, b) => a - b).slice(0, neighbours);
  return nearest.length === 0 ? 0 : nearest.reduce((sum, square) => sum + square, 0) / nearest.length;
}
