/** What a cohort of a given size can and cannot tell: how many outliers it bears, and who may act on what. */

/** How far screening may go by itself. */
export interface SizePolicy {
  /** f, the updates assumed to be outliers. */
  readonly outliers: number;
  /**
   * Findings of so many independent kinds keep an update out when none of them is decisive. 0: nothing does, not even a
   * decisive finding: only absolute gates and operators decide.
   */
  readonly signals: 0 | 2;
  /** Whether an update that is kept out counts as misbehaviour (`reject`), or is only kept out (`quarantine`). */
  readonly decision: 'reject' | 'quarantine';
  /** The same where one kind of finding alone keeps it out. */
  readonly alone: 'reject' | 'quarantine';
  /** A candidate of so few is never promoted without an operator. */
  readonly operatorPromotes: boolean;
}

/**
 * n ≤ 2: nothing can be compared. n = 3–4: kept out, never refused. n = 5–6: refused when two independent signals agree,
 * kept out on a decisive one. n ≥ 7: refused on a decisive one. Supporting findings need each other at every size: of
 * 14,000 honest updates on real data 30 failed one supporting detector or more, 6 of them two kinds.
 * f = max(1, ⌊0.2 n⌋): an over-estimate costs f̂ / (n − f − f̂) even without an attacker (arXiv 2510.04432), an
 * under-estimate is unbounded.
 */
export function policyForSize(n: number, outliers?: number): SizePolicy {
  const f = outliers ?? assumedOutliers(n);
  if (n <= 2)
    return { outliers: f, signals: 0, decision: 'quarantine', alone: 'quarantine', operatorPromotes: true };
  if (n <= 4)
    return { outliers: f, signals: 2, decision: 'quarantine', alone: 'quarantine', operatorPromotes: false };
  if (n <= 6)
    return { outliers: f, signals: 2, decision: 'reject', alone: 'quarantine', operatorPromotes: false };
  return { outliers: f, signals: 2, decision: 'reject', alone: 'reject', operatorPromotes: false };
}

/** f for a cohort of n. */
export function assumedOutliers(n: number): number {
  return n <= 2 ? 0 : Math.max(1, Math.floor(0.2 * n));
}
