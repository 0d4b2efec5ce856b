/** The least a family can be: updates have the layout of the base and are added to it. No tf.js, any size. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { ModelFamily, RoundStep } from '../../shared/learning/family.ts';
import { tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';

export const plainStep: RoundStep = {
  kind: 'plain',
  repeat: 1,
  combineBy: 'federation-rule',
  layout: (base) => base.layout,
  train: () => Promise.reject(new Error('the plain family does not train')),
  inspect: () => undefined,
  apply: ({ base, combined, server }) => ({ base: sum(base, combined), server }),
};

export function familyOf(federation: Federation): ModelFamily {
  return {
    name: 'plain',
    steps: [plainStep],
    start: () => tensorsOfFlat([{ name: 'seed', shape: [1] }], Float32Array.of(federation.seed)),
    assemble: (base) => base,
    scorer: (model) => ({
      /** The first feature, times the model's first value. */
      score: async (batch) => {
        const factor = [...model.tensors.values()][0]?.[0] ?? 0;
        return Float32Array.from(
          { length: batch.rows },
          (_, row) => factor * (batch.data[row * batch.width] ?? 0),
        );
      },
      explain: async () => [],
      dispose() {},
    }),
  };
}

function sum(a: TensorSet, b: TensorSet): TensorSet {
  const tensors = new Map<string, Float32Array>();
  for (const [name, values] of a.tensors) {
    const others = b.tensors.get(name);
    tensors.set(
      name,
      values.map((value, index) => value + (others?.[index] ?? 0)),
    );
  }
  return { layout: a.layout, tensors };
}

export async function loadBackend(): Promise<string> {
  return 'none';
}
