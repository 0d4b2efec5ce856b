import { thresholdOf } from '../../coordinator/core/run/threshold.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import { auroc, averagePrecision, confusion, quantile } from '../../shared/learning/metrics.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import type { ReferenceSet } from './reference-sets.ts';

/** Means over the test sets of a reference set. */
export interface Reached {
  readonly auroc: number;
  readonly ap: number;
  readonly fpr: number;
  readonly tpr: number;
}

/** Rates are at the published threshold, from the members' own p99 on held-back normals. */
export async function evaluateModel(
  federation: Federation,
  model: TensorSet,
  set: ReferenceSet,
): Promise<Reached> {
  const scorer = familyOf(federation).scorer(model);
  const own: number[] = [];
  for (const member of set.members) own.push(quantile(await scorer.score(member.heldBack), 0.99));
  const { threshold } = thresholdOf(own);
  const reached = { auroc: 0, ap: 0, fpr: 0, tpr: 0 };
  for (const { rows, labels } of set.tests) {
    const scores = await scorer.score(rows);
    const { fpr, tpr } = confusion(labels, scores, threshold);
    reached.auroc += auroc(labels, scores) / set.tests.length;
    reached.ap += averagePrecision(labels, scores) / set.tests.length;
    reached.fpr += fpr / set.tests.length;
    reached.tpr += tpr / set.tests.length;
  }
  scorer.dispose();
  return reached;
}
