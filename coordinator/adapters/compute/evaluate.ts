/** How well a model tells the canary set's known anomalies from its normal rows. */
import type { ModelFamily, Scorer } from '../../../shared/learning/family.ts';
import { auroc, averagePrecision } from '../../../shared/learning/metrics.ts';
import type { TensorSet } from '../../../shared/tensors/tensor.ts';
import type { CanaryResult } from '../../ports/compute.ts';
import { type CanarySet, countAnomalies, NORMAL } from './canaries.ts';

export async function evaluateModel(
  family: ModelFamily,
  model: TensorSet,
  canaries: CanarySet,
): Promise<CanaryResult> {
  const scorer = family.scorer(model);
  try {
    return await evaluateScorer(canaries, scorer);
  } finally {
    scorer.dispose();
  }
}

async function evaluateScorer({ batches, labels }: CanarySet, scorer: Scorer): Promise<CanaryResult> {
  const scores: number[] = [];
  for (const batch of batches) for (const score of await scorer.score(batch)) scores.push(score);
  const anomalous = labels.map((label) => (label === NORMAL ? 0 : 1));
  const anomalies = countAnomalies(labels);
  return {
    auroc: auroc(anomalous, scores),
    ap: averagePrecision(anomalous, scores),
    normals: labels.length - anomalies,
    anomalies,
    families: aurocByLabel(labels, scores),
  };
}

/** Each kind of anomaly against all normal rows. */
function aurocByLabel(labels: readonly string[], scores: readonly number[]): Record<string, number> {
  const names = [...new Set(labels)].filter((label) => label !== NORMAL).sort();
  const entries = names.map((name) => {
    const rows = labels.flatMap((label, row) => (label === NORMAL || label === name ? [row] : []));
    const own = rows.map((row) => scores[row] ?? 0);
    return [
      name,
      auroc(
        rows.map((row) => Number(labels[row] === name)),
        own,
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}
