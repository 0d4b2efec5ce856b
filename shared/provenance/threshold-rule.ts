/**
 * How the federated threshold follows from the members' reports: the few highest are left out, then the highest counts.
 * As many reports as are left out may lie, and the threshold stays at or below the highest honest one; the same number
 * of reports that are too low moves it down by as many ranks at most. Measured in `docs/explanation/thresholds.md`.
 */

/** `highest-but-k` leaves out k; `second-highest` leaves out one. */
export type ThresholdRule = 'second-highest' | `highest-but-${number}`;

const HIGHEST_BUT = /^highest-but-([1-9]\d{0,4})$/;

export function highestBut(leftOut: number): ThresholdRule {
  return leftOut <= 1 ? 'second-highest' : `highest-but-${leftOut}`;
}

/** The threshold by a rule; of fewer reports than it needs, the lowest. Undefined for a rule that is not known. */
export function thresholdBy(rule: string, reports: readonly number[]): number | undefined {
  const leftOut = rule === 'second-highest' ? 1 : Number(HIGHEST_BUT.exec(rule)?.[1]);
  if (!Number.isInteger(leftOut)) return undefined;
  const descending = [...reports].sort((a, b) => b - a);
  return descending[Math.min(leftOut, descending.length - 1)];
}
