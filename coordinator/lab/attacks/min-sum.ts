import { type Attack, everyone } from './attack.ts';
import { largestRoot, PERTURBATIONS, type Perturbation, perturbationOf } from './perturbations.ts';
import { dot, meanOf, plus, squaredDistance, type Vector } from './vectors.ts';

/**
 * μ + γ p with the largest γ for which the squared distances to the honest updates sum to at most what the loneliest
 * honest one has: n γ² ‖p‖² + Σ ‖μ − xᵢ‖² ≤ bound, as the terms linear in γ cancel at the mean.
 */
export function minSum(
  honest: readonly Vector[],
  kind: Perturbation,
): { readonly gamma: number; readonly vector: Float64Array } {
  const mean = meanOf(honest);
  const p = perturbationOf(honest, kind);
  const sums = honest.map((a) => honest.reduce((sum, b) => sum + squaredDistance(a, b), 0));
  const spread = honest.reduce((sum, update) => sum + squaredDistance(mean, update), 0);
  const gamma = largestRoot(honest.length * dot(p, p), 0, spread - Math.max(...sums));
  return { gamma, vector: plus(mean, p, gamma) };
}

export const MIN_SUM: readonly Attack[] = PERTURBATIONS.map(({ kind, suffix, p }) => ({
  name: `min-sum${suffix}`,
  formula: `x = μ + γ p, p = ${p}, the largest γ with Σ ‖x − xᵢ‖² ≤ max Σ ‖xᵢ − xⱼ‖²`,
  source: 'Shejwalkar and Houmansadr, Manipulating the Byzantine, NDSS 2021',
  against: 'gradients',
  send: async (view) => everyone(view, minSum(view.honest, kind).vector),
}));
