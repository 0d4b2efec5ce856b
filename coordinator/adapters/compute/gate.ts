/** Scores the base on the canary set as each update alone would leave it. */
import type { ModelFamily, RoundStep } from '../../../shared/learning/family.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { readTensors } from '../../../shared/tensors/column-reader.ts';
import { requireLayout } from '../../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../../shared/tensors/tensor.ts';
import type { GateJob } from '../../ports/compute.ts';
import type { CanarySet } from './canaries.ts';
import { evaluateModel } from './evaluate.ts';

export interface GateInput {
  readonly family: ModelFamily;
  readonly step: RoundStep;
  readonly base: GateJob['base'];
  readonly updates: GateJob['updates'];
  readonly canaries: CanarySet;
}

/** One update in memory at a time, in the order given. Refuses `update_shape` when an update is no delta of the base. */
export async function gateUpdates(input: GateInput): Promise<{ member: string; auroc: number }[]> {
  const { family, updates, canaries } = input;
  const base = readTensors(input.base);
  const layout = input.step.layout(base);
  const judged: { member: string; auroc: number }[] = [];
  for (const { member, update } of updates) {
    const delta = readTensors(update);
    requireLayout(delta, layout);
    const { auroc } = await evaluateModel(family, family.assemble(moved(base, delta)), canaries);
    judged.push({ member, auroc });
  }
  return judged;
}

/**
 * The base with the delta added to the tensors of the same names. Not the family's `apply`: an adaptive server step
 * would even out the very size by which an update does harm.
 */
function moved(base: TensorSet, delta: TensorSet): TensorSet {
  const tensors = new Map(base.tensors);
  for (const [name, change] of delta.tensors) {
    const from = base.tensors.get(name);
    if (from?.length !== change.length) {
      throw new Refusal(
        'update_shape',
        `tensor ${name} has ${change.length} values, the base has ${from?.length ?? 'none'}`,
      );
    }
    tensors.set(
      name,
      from.map((value, index) => value + (change[index] ?? 0)),
    );
  }
  return { layout: base.layout, tensors };
}
