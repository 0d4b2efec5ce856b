/** What one pass over the bytes of a cohort's updates finds: all that the checks against the cohort are told. */

/**
 * Rows 0 … n − 1 of every matrix are the members in the order of `members` (by id); rows after them are `references`:
 * vectors of the same layout that the coordinator made itself.
 */
export interface CohortMeasures {
  readonly members: readonly string[];
  /**
   * `previous`: the combined vector of the round before. For gradients, where there is a canary set: `slope/normal`,
   * the gradient of the mean score of its normal rows at the base; `ranks/<label>`, minus the gradient of the soft AUROC
   * of that label against them. ⟨ranks/label, x⟩ is the AUROC lost, to first order, if the model moved by x.
   */
  readonly references: readonly string[];
  /** Inner products of all rows, (n + r)², symmetric, accumulated in float64. */
  readonly gram: readonly (readonly number[])[];
  /** Squared distance of each member's update to the plain mean of all, by tensor: the parts of a distance. */
  readonly layers: readonly { readonly name: string; readonly squares: readonly number[] }[];
  /** Shares of elements above, at and below 0, for each member. */
  readonly signs: readonly { readonly positive: number; readonly zero: number; readonly negative: number }[];
  /**
   * A random projection of each member's update, the same directions in every round: sums of projections are
   * projections of sums, so what a member adds up to over rounds can be told without keeping the updates.
   */
  readonly sketches: readonly (readonly number[])[];
  /**
   * Share of a label's canary rows that each member contributed, in the order of members; absent when the canary file
   * does not say who did.
   */
  readonly holders?: readonly { readonly label: string; readonly shares: readonly number[] }[];
  /**
   * The mean score at the base of the normal canaries that each member gave, in the order of members; null for who gave
   * too few. What an honest member reports as its loss is near it.
   */
  readonly ownScores?: readonly (number | null)[];
  /** SHA-256 of the canary file, where there is one: with other canaries other numbers come out. */
  readonly canaries?: string;
}

/** What the canary audit of sums found: the members without whom known anomalies stand out again. */
export interface AuditMeasures {
  /** In the order in which they were taken out; a step takes out one member, or up to four together. */
  readonly removed: readonly AuditStep[];
  /** The worst single that stayed in, if anything could be audited. */
  readonly rest: AuditStep | undefined;
  /** For each member alone against the full cohort: the largest δ and its label. Labels without enough canaries are left out. */
  readonly singles: readonly AuditStep[];
  /** Labels audited, with how many canaries there are. */
  readonly labels: readonly { readonly label: string; readonly canaries: number }[];
}

export interface AuditStep {
  readonly members: readonly string[];
  readonly label: string;
  /** Mean rank of the label without them minus with them, in [−1, 1]. */
  readonly delta: number;
  /** The most δ that is let be. */
  readonly bound: number;
}
