/** The root update of FLTrust: what the coordinator itself would send, had it the canary set's normal rows as its own. */
import type { RoundStep } from '../../../shared/learning/family.ts';
import type { TensorSet } from '../../../shared/tensors/tensor.ts';
import { type CanarySet, NORMAL } from './canaries.ts';
import { rowsOf, sourceOf } from './canary-rows.ts';

/** In the layout of an update. The same base, rows and seed give the same values. */
export async function rootUpdate(
  step: RoundStep,
  base: TensorSet,
  canaries: CanarySet,
  seed: number,
): Promise<TensorSet> {
  const normals = rowsOf(canaries, NORMAL, Number.POSITIVE_INFINITY);
  const { update } = await step.train(sourceOf(normals), { base, seed, progress: () => undefined });
  return update;
}
