/** How good scores are, in the numbers that the tables and the JSON show. */
import { auroc, averagePrecision, confusion } from '../../shared/learning/metrics.ts';

export interface Measures {
  readonly rows: number;
  readonly attacks: number;
  /** NaN when the rows are all attacks, or none of them is; null in JSON. */
  readonly auroc: number;
  readonly ap: number;
  /** At the threshold. */
  readonly f1: number;
  readonly tpr: number;
  readonly fpr: number;
}

/** Scores with what is known about their rows. */
export interface Judged {
  readonly scores: Float32Array;
  /** 1 for an attack. */
  readonly labels: Uint8Array;
}

export function measure({ scores, labels }: Judged, threshold: number): Measures {
  const { f1, tpr, fpr } = confusion(labels, scores, threshold);
  return {
    rows: scores.length,
    attacks: labels.reduce((sum, label) => sum + label, 0),
    auroc: auroc(labels, scores),
    ap: averagePrecision(labels, scores),
    f1,
    tpr,
    fpr,
  };
}

export function joined(parts: readonly Judged[]): Judged {
  const rows = parts.reduce((sum, { scores }) => sum + scores.length, 0);
  const scores = new Float32Array(rows);
  const labels = new Uint8Array(rows);
  let at = 0;
  for (const part of parts) {
    scores.set(part.scores, at);
    labels.set(part.labels, at);
    at += part.scores.length;
  }
  return { scores, labels };
}

/** Mean over those that have the number. */
export function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
