import { type Attack, everyone, type RoundView } from './attack.ts';
import { addScaled, dot, meanOf, plus, scaled, type Vector } from './vectors.ts';

/** Rounds in which the direction of most variance is learnt before the victim is settled. */
const WARM_UP_ROUNDS = 10;

/** The update of the member at this position, sent by every attacker. */
export function mimicked(honest: readonly Vector[], victim: number): Vector {
  return honest[victim] ?? new Float64Array();
}

/**
 * The honest member that lies farthest out along the direction in which honest members differ most: z is turned towards
 * Σ ⟨xᵢ − μ, z⟩ (xᵢ − μ) each round of the warm-up (Oja), and the projections are summed over it.
 */
function victimOf(view: RoundView): number {
  const { memory, honest, round } = view;
  const projections = memory.get('projections') ?? new Float64Array(honest.length);
  memory.set('projections', projections);
  if (round < WARM_UP_ROUNDS) {
    const mean = meanOf(honest);
    const z = memory.get('direction') ?? plus(honest[0] ?? [], mean, -1);
    const turned = scaled(z, round / (1 + round));
    honest.forEach((update, i) => {
      const apart = plus(update, mean, -1);
      const along = dot(apart, z);
      addScaled(turned, apart, along / (1 + round));
      projections[i] = (projections[i] ?? 0) + along;
    });
    memory.set('direction', turned);
  }
  return projections.indexOf(Math.max(...projections));
}

export const mimic: Attack = {
  name: 'mimic',
  formula: 'x = x_v, v the honest member farthest out along the direction of most variance',
  source: 'Karimireddy et al., Byzantine-Robust Learning on Heterogeneous Datasets via Bucketing, ICLR 2022',
  against: 'any',
  send: async (view) => everyone(view, mimicked(view.honest, victimOf(view))),
};
