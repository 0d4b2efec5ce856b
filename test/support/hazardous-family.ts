/** The plain family with steps that go wrong, to see what the compute worker makes of it. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { ModelFamily, RoundStep, Scorer } from '../../shared/learning/family.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { loadBackend, familyOf as plainFamilyOf, plainStep } from './plain-family.ts';

export { loadBackend };

/** A layout that never comes. */
function hazard(kind: string, strike: () => void): RoundStep {
  return {
    ...plainStep,
    kind,
    layout: (base) => {
      strike();
      return base.layout;
    },
  };
}

const suspicious: RoundStep = {
  ...plainStep,
  inspect: (_update, samples) =>
    samples === 13
      ? { code: 'sums_inconsistent', message: 'thirteen samples', facts: { samples } }
      : undefined,
};

/** First value of a model whose scores never come, because something else throws meanwhile. */
export const UNLUCKY = 13;

function firstOf(model: TensorSet): number | undefined {
  return [...model.tensors.values()][0]?.[0];
}

const throwsAside: Scorer = {
  score: () =>
    new Promise(() => {
      setImmediate(() => {
        throw new Error('out of band');
      });
    }),
  explain: async () => [],
  dispose() {},
};

export function familyOf(federation: Federation): ModelFamily {
  const steps = [suspicious, hazard('dies', () => process.exit(3)), hazard('busy', () => block(300))];
  const plain = plainFamilyOf(federation);
  return {
    ...plain,
    steps,
    scorer: (model) => (firstOf(model) === UNLUCKY ? throwsAside : plain.scorer(model)),
  };
}

function block(forMs: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, forMs);
}
