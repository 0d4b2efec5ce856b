/**
 * The place of each update along the direction in which the cohort spreads most: the top singular vector of the centred
 * directions, found in its dual form as the top eigenvector of their n × n centred inner products. Colluders who push
 * one way together make that direction their own. Blind when the honest members' data spread them further.
 */
import { cosinesOf, type Matrix } from '../statistics/geometry.ts';
import { judgeSpread } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const DEVIATIONS = 6;
/** As a part of an even spread in all directions. */
const LEAST_SIGMA = 1;
/** Enough for an eigenvalue a tenth above the next to stand out by 10⁶; with equal ones any of their vectors will do. */
const STEPS = 150;

export const SPECTRAL: Detector = {
  name: 'spectral',
  looksFor: 'updates that pull the cohort apart along one line',
  source: 'Shejwalkar and Houmansadr, Divide and Conquer, NDSS 2021',
  kind: 'distance',
  decisive: false,
  judge: judgeSpectrum,
};

function judgeSpectrum({ gradients, measures }: CohortInput): readonly Signal[] {
  if (!gradients) return [];
  const n = measures.members.length;
  const centred = centre(
    cosinesOf(measures)
      .slice(0, n)
      .map((row) => row.slice(0, n)),
  );
  const trace = centred.reduce((sum, row, at) => sum + (row[at] ?? 0), 0);
  const even = Math.sqrt(Math.max(Number.MIN_VALUE, trace)) / Math.max(1, n);
  const places = alongTop(centred).map((place) => place / even);
  return judgeSpread(measures.members, places, {
    check: 'spectral',
    code: 'spectral_outlier',
    what: "place along the cohort's main spread",
    scale: 'plain',
    deviations: DEVIATIONS,
    leastSigma: LEAST_SIGMA,
    limits: [-Number.MAX_VALUE, Number.MAX_VALUE],
    side: 'both',
  });
}

/** (I − 11ᵀ/n) K (I − 11ᵀ/n): inner products of the rows less their mean. */
function centre(kernel: Matrix): Matrix {
  const n = kernel.length;
  const means = kernel.map((row) => row.reduce((sum, value) => sum + value, 0) / n);
  const mean = means.reduce((sum, value) => sum + value, 0) / n;
  return kernel.map((row, a) => row.map((value, b) => value - (means[a] ?? 0) - (means[b] ?? 0) + mean));
}

/**
 * √λ₁ · v₁ by the power method (Golub and Van Loan, Matrix Computations, 8.2) from a fixed start: the row that lies
 * furthest out, the first of equals. The sign is that row's own.
 */
function alongTop(kernel: Matrix): readonly number[] {
  const furthest = kernel.reduce(
    (best, row, at) => ((row[at] ?? 0) > (kernel[best]?.[best] ?? 0) ? at : best),
    0,
  );
  let vector: readonly number[] = kernel.map((_, at) => (at === furthest ? 1 : 0));
  let eigenvalue = 0;
  for (let step = 0; step < STEPS; step += 1) {
    const next = kernel.map((row) => row.reduce((sum, value, at) => sum + value * (vector[at] ?? 0), 0));
    eigenvalue = Math.sqrt(next.reduce((sum, value) => sum + value * value, 0));
    if (eigenvalue === 0) break;
    vector = next.map((value) => value / eigenvalue);
  }
  return vector.map((value) => Math.sqrt(eigenvalue) * value);
}
