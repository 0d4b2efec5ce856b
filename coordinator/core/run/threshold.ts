/**
 * The federated threshold: the second-highest of the members' own quantiles on held-back normals, so that no single
 * liar moves it up. With one report it is that report. Measured in `docs/explanation/thresholds.md`.
 */
export function secondHighest(reports: readonly number[]): number {
  const descending = [...reports].sort((a, b) => b - a);
  return descending[1] ?? descending[0] ?? Number.POSITIVE_INFINITY;
}
