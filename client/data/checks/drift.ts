/** How far today's data lies from the data accepted last. */
import type { Fingerprint } from '../fingerprint.ts';
import type { SitePolicy } from '../site-policy.ts';
import type { CheckResult } from './check-result.ts';

export interface FeatureDrift {
  readonly feature: string;
  /** Jensen–Shannon divergence in bits, in [0, 1], less what sampling alone would give. */
  readonly divergence: number;
}

type Counts = Fingerprint['counts'][string];

/**
 * Jensen–Shannon divergence (Lin 1991, "Divergence measures based on the Shannon entropy", eq. 4.1) to base 2:
 * JS(P, Q) = H((P+Q)/2) − (H(P) + H(Q))/2. Bounded, symmetric, and at ease with empty cells, which the population
 * stability index is not. Two samples of one distribution over k cells have expectation
 * (k − 1)(1/n + 1/m) / (8 ln 2) (second-order expansion, as for Pearson's χ²); that much is taken off.
 */
export function divergence(before: Counts, now: Counts): number {
  const totalBefore = totalOf(before);
  const totalNow = totalOf(now);
  if (totalBefore === 0 || totalNow === 0) return 0;
  const shares = new Map<number, [number, number]>();
  for (const [cell, count] of before) shares.set(cell, [count / totalBefore, 0]);
  for (const [cell, count] of now) shares.set(cell, [shares.get(cell)?.[0] ?? 0, count / totalNow]);
  let bits = 0;
  for (const [p, q] of shares.values()) bits += surprise((p + q) / 2) - (surprise(p) + surprise(q)) / 2;
  const expected = ((shares.size - 1) * (1 / totalBefore + 1 / totalNow)) / (8 * Math.LN2);
  return Math.min(1, Math.max(0, bits - expected));
}

/** Every feature's drift, the largest first. */
export function driftByFeature(before: Fingerprint, now: Fingerprint): FeatureDrift[] {
  return Object.entries(now.counts)
    .map(([feature, counts]) => ({ feature, divergence: divergence(before.counts[feature] ?? [], counts) }))
    .sort((a, b) => b.divergence - a.divergence || (a.feature < b.feature ? -1 : 1));
}

/** `before` is absent the first time, and when the declared features have changed since. */
export function driftCheck(
  before: Fingerprint | undefined,
  drifts: readonly FeatureDrift[],
  policy: SitePolicy,
): CheckResult {
  const [worst] = drifts;
  const value = worst?.divergence ?? 0;
  return {
    name: 'drift',
    value,
    bound: policy.maxDrift,
    passed: value <= policy.maxDrift,
    refuses: policy.onDrift === 'refuse',
    code: 'data_drift',
    message:
      before && worst
        ? `largest in ${worst.feature}, against ${before.rows} rows accepted before`
        : 'nothing accepted before to compare with',
  };
}

function totalOf(counts: Counts): number {
  return counts.reduce((sum, [, count]) => sum + count, 0);
}

/** −p log₂ p, the term of an entropy. */
function surprise(p: number): number {
  return p === 0 ? 0 : -p * Math.log2(p);
}
