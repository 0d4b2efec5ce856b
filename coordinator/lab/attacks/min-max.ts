import { type Attack, everyone } from './attack.ts';
import { largestRoot, PERTURBATIONS, type Perturbation, perturbationOf } from './perturbations.ts';
import { dot, meanOf, plus, squaredDiameter, squaredDistance, type Vector } from './vectors.ts';

/**
 * μ + γ p with the largest γ for which no honest update is farther than the two farthest are from each other. The
 * bound is a parabola in γ for each honest update, so that γ is exact.
 */
export function minMax(
  honest: readonly Vector[],
  kind: Perturbation,
): { readonly gamma: number; readonly vector: Float64Array } {
  const mean = meanOf(honest);
  const p = perturbationOf(honest, kind);
  const bound = squaredDiameter(honest);
  const gamma = Math.min(
    ...honest.map((update) =>
      largestRoot(dot(p, p), dot(plus(mean, update, -1), p), squaredDistance(mean, update) - bound),
    ),
  );
  return { gamma, vector: plus(mean, p, gamma) };
}

export const MIN_MAX: readonly Attack[] = PERTURBATIONS.map(({ kind, suffix, p }) => ({
  name: `min-max${suffix}`,
  formula: `x = μ + γ p, p = ${p}, the largest γ with max ‖x − xᵢ‖ ≤ max ‖xᵢ − xⱼ‖`,
  source: 'Shejwalkar and Houmansadr, Manipulating the Byzantine, NDSS 2021',
  against: 'gradients',
  send: async (view) => everyone(view, minMax(view.honest, kind).vector),
}));
