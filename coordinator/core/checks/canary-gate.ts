/**
 * Each update alone on top of the base, scored on the canary set: refused below median − max(0.05, 2.5 · 1.4826 · MAD)
 * of the cohort's AUROC. For gradient steps only: sums of one honest organisation alone are no detector of the others'
 * traffic, and a naive gate would throw it out. The factor 1.4826 makes the median absolute deviation an estimate of σ.
 */
import type { Finding } from '../../../shared/verdict.ts';
import { medianOf } from './norm-gate.ts';

const LEAST_MARGIN = 0.05;
const DEVIATIONS = 2.5;
const SIGMA_PER_MAD = 1.4826;
/** Below this there is no majority to compare with. */
const LEAST_COHORT = 3;

/** One finding per member; `value` is AUROC. */
export function judgeCanary(
  aurocByMember: ReadonlyMap<string, number>,
): { readonly member: string; readonly finding: Finding }[] {
  const all = [...aurocByMember.values()];
  const median = medianOf(all);
  const mad = medianOf(all.map((value) => Math.abs(value - median)));
  const bound =
    all.length < LEAST_COHORT ? 0 : median - Math.max(LEAST_MARGIN, DEVIATIONS * SIGMA_PER_MAD * mad);
  return [...aurocByMember].map(([member, value]) => ({ member, finding: judge(value, bound, median) }));
}

function judge(value: number, bound: number, median: number): Finding {
  const passed = value >= bound;
  const message = `canary AUROC ${value.toFixed(4)} against the cohort's median ${median.toFixed(4)} (bound ${bound.toFixed(4)})`;
  const seen = { check: 'canary', value, bound: [bound, 1] as const, passed, message };
  return passed ? seen : { ...seen, code: 'canary_regression' };
}
