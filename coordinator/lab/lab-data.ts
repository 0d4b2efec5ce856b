/** What a lab works on: members with normals, known anomalies, labelled rows to score with. */
import type { Feature } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';

/** The label of a normal row; every other one names a kind of anomaly. */
export const NORMAL = 'normal';

export interface LabMember {
  readonly name: string;
  readonly train: RowBatch;
  /** Never trained on: thresholds and canary normals come from here. */
  readonly heldBack: RowBatch;
}

/** Rows with the label of each. */
export interface LabelledRows {
  readonly rows: RowBatch;
  readonly labels: readonly string[];
}

/** Known anomalies, from which canaries and the attackers' rows are drawn, never both the same. */
export interface Incidents extends LabelledRows {
  /** The member that met with each. */
  readonly contributors: readonly string[];
}

/** Plain data: it is handed to worker threads as it is. */
export interface LabData {
  /** Where it came from, in a word for reports. */
  readonly name: string;
  readonly features: readonly Feature[];
  readonly members: readonly LabMember[];
  readonly incidents: Incidents;
  /** Rows that nobody trains on and no canary is drawn from; figures are means over them. */
  readonly tests: readonly LabelledRows[];
}

/** Kinds of anomaly that attackers can hide: with rows to do it and rows to score it, most frequent first. */
export function familiesOf({ incidents, tests }: LabData): string[] {
  const scored = new Set(tests.flatMap(({ labels }) => labels));
  const counts = new Map<string, number>();
  for (const label of incidents.labels) {
    if (scored.has(label) && label !== NORMAL) counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)).map(([label]) => label);
}
