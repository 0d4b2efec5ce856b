/** The plain family with a training step that costs nothing: `fltrust` asks the coordinator for one. */
import type { Federation } from '../shared/federation/schema.ts';
import type { ModelFamily, RoundStep } from '../shared/learning/family.ts';
import { loadBackend, familyOf as plainFamilyOf, plainStep } from '../test/support/plain-family.ts';

export { loadBackend };

const stepping: RoundStep = {
  ...plainStep,
  async train(_rows, { base }) {
    const tensors = new Map(
      [...base.tensors].map(([name, values]) => [name, new Float32Array(values.length).fill(1)]),
    );
    return { update: { layout: base.layout, tensors }, samples: 1, metrics: {} };
  },
};

export function familyOf(federation: Federation): ModelFamily {
  return { ...plainFamilyOf(federation), steps: [stepping] };
}
