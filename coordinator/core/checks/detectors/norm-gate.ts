/**
 * Refuses updates whose L2 norm stands out of its cohort. An outlier is refused, not clipped: clipped, it would still
 * enter with the full length of an honest update. Bounds [0.1, 3] × median: Xu et al., SignGuard, ICDCS 2022.
 */
import type { Finding } from '../../../../shared/verdict.ts';
import { short, tellApart } from '../statistics/figures.ts';
import { medianOf } from '../statistics/median.ts';
import type { Detector } from './detector.ts';

export interface NormedUpdate {
  readonly member: string;
  /** L2 norm over all elements. */
  readonly norm: number;
}

/** Multiples of the cohort's median norm. */
export interface NormBounds {
  readonly low: number;
  readonly high: number;
}

export const NORM: Detector = {
  name: 'norm',
  looksFor: "a length far from the cohort's median",
  source: 'Xu et al., SignGuard, ICDCS 2022, arXiv 2109.05872',
  kind: 'length',
  decisive: true,
  judge: ({ updates, checks }) => judgeNorms(updates, checks.norm),
};

/** With two updates the median lies between them and says nothing about either. */
const LEAST_COHORT = 3;

/** One finding per update, in the order given. `value` and `bound` are norms; no bound where nothing was compared. */
export function judgeNorms(
  cohort: readonly NormedUpdate[],
  { low, high }: NormBounds,
): { readonly member: string; readonly finding: Finding }[] {
  const median = medianOf(cohort.map(({ norm }) => norm));
  const untestable = whyUntestable(cohort.length, median);
  return cohort.map(({ member, norm }) => ({
    member,
    finding: untestable === undefined ? judge(norm, median, { low, high }) : untested(norm, untestable),
  }));
}

function whyUntestable(n: number, median: number): string | undefined {
  if (n < LEAST_COHORT) return `a cohort of ${n} has no majority to compare with (at least ${LEAST_COHORT})`;
  if (median === 0) return "the cohort's median norm is 0, nothing is a multiple of it";
  return undefined;
}

function untested(norm: number, reason: string): Finding {
  const message = `norm ${short(norm)} was not compared: ${reason}`;
  return { check: 'norm', value: norm, passed: true, message };
}

function judge(norm: number, median: number, { low, high }: NormBounds): Finding {
  const bound = [low * median, high * median] as const;
  const passed = norm >= bound[0] && norm <= bound[1];
  const crossed = norm < bound[0] ? low : high;
  const ratio = tellApart(norm / median, crossed);
  const message = `norm ${short(norm)} is ${ratio} times the cohort's median ${short(median)} (bound ${crossed})`;
  const seen = { check: 'norm', value: norm, bound, passed, message };
  return passed ? seen : { ...seen, code: 'norm_outlier' };
}
