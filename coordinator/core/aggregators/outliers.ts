/** f, the updates that a rule assumes to be outliers, and what nearly every rule asks of it. */
import { assumedOutliers } from '../checks/size-policy.ts';
import { breakdown } from './rule.ts';

/**
 * f: what the federation says, or what a cohort of so many updates is assumed to hold. It does not fall when rows are
 * bucketed: each outlier may spoil another bucket.
 */
export function outliersOf(spec: { readonly outliers?: number | undefined }, updates: number): number {
  return spec.outliers ?? assumedOutliers(updates);
}

/** Refuses `rule_breakdown` unless n > 2f: without a majority of others nothing tells outliers from them. */
export function requireMajority(rule: string, n: number, f: number): void {
  if (n > 2 * f) return;
  throw breakdown(`${rule} with ${f} outliers needs more than ${2 * f} rows, there are ${n}`, { n, f });
}
