import { medianOf } from '../checks/norm-gate.ts';

/**
 * Samples that count for each update: what was claimed, at most the member's bound, and at most `perMedian` times the
 * cohort's median. One member's claim hardly moves a median, so of n members a single liar gets at most
 * perMedian / (perMedian + n − 1) of the weight, if the others are alike.
 */
export function countedSamples(
  claims: readonly { readonly claimed: number; readonly bound: number }[],
  perMedian: number,
): number[] {
  const bounded = claims.map(({ claimed, bound }) => Math.min(claimed, bound));
  const cap = Math.max(1, Math.floor(perMedian * medianOf(bounded)));
  return bounded.map((samples) => Math.min(samples, cap));
}
