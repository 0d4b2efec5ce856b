import { medianOf } from '../checks/statistics/median.ts';

/** Rounds that only set the scale of the others: what a member may move there, everybody's rows are seen through. */
const STATISTICS: ReadonlySet<string> = new Set(['spans', 'histograms', 'moments']);
/**
 * Of statistics. Nobody's rows are lost by it, as they would be in sums: measured on NSL-KDD and N-BaIoT, nothing
 * changes down to 3, and a liar's part falls from a half to a quarter (docs/decisions/0020).
 */
const STATISTICS_PER_MEDIAN = 3;

/** Up to how many medians of the cohort a claim counts in a step. */
export function mediansCounted(step: string, samplesPerMedian: number): number {
  return STATISTICS.has(step) ? Math.min(STATISTICS_PER_MEDIAN, samplesPerMedian) : samplesPerMedian;
}

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
