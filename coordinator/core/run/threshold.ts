import { highestBut, type ThresholdRule, thresholdBy } from '../../../shared/provenance/threshold-rule.ts';
import { policyForSize } from '../checks/size-policy.ts';

/** What an evaluation records of it. Without a report the candidate is rejected; the journal holds finite numbers only. */
export interface Threshold {
  readonly threshold: number;
  readonly thresholdRule: ThresholdRule;
}

/**
 * Leaves out as many reports as members are assumed to be outliers, and always one: where nobody is assumed to be,
 * one may still be wrong.
 * @param outliers f, when the federation states it
 */
export function thresholdOf(reports: readonly number[], outliers?: number): Threshold {
  const thresholdRule = highestBut(Math.max(1, policyForSize(reports.length, outliers).outliers));
  return { threshold: thresholdBy(thresholdRule, reports) ?? 0, thresholdRule };
}
