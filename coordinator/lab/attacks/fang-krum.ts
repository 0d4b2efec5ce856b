import { type Attack, everyone } from './attack.ts';
import { meanOf, normOf, squaredDistance, type Vector } from './vectors.ts';

/** λ below which the search is given up, as in the source. */
const LEAST_LAMBDA = 1e-5;

/**
 * −λ sign(μ) with the largest λ, halved from its upper bound, at which Krum picks one of the attackers' equal vectors;
 * undefined when it never does. Updates are differences from the global model, so the model itself is 0.
 */
export function againstKrum(honest: readonly Vector[], attackers: number): Float64Array | undefined {
  const signs = meanOf(honest).map((value) => -Math.sign(value));
  const distances = honest.map((a) => honest.map((b) => squaredDistance(a, b)));
  for (let lambda = upperBound(honest, distances, attackers); lambda > LEAST_LAMBDA; lambda /= 2) {
    const vector = signs.map((sign) => lambda * sign);
    if (krumPicks(honest, distances, vector, attackers)) return vector;
  }
  return undefined;
}

/** Theorem 1 of the source, with m = n − k honest updates and k attackers. */
function upperBound(honest: readonly Vector[], distances: readonly number[][], attackers: number): number {
  const n = honest.length + attackers;
  const root = Math.sqrt(honest[0]?.length ?? 1);
  const near = Math.max(1, n - attackers - 2);
  const least = Math.min(...distances.map((row) => sumOfSmallest(row.map(Math.sqrt), near + 1)));
  const farthest = Math.max(...honest.map(normOf));
  return least / (Math.max(1, n - 2 * attackers - 1) * root) + farthest / root;
}

function krumPicks(
  honest: readonly Vector[],
  distances: readonly number[][],
  vector: Vector,
  attackers: number,
): boolean {
  const near = Math.max(1, honest.length - 2);
  const toHonest = honest.map((update) => squaredDistance(update, vector));
  const own = sumOfSmallest([...new Array<number>(attackers).fill(0), ...toHonest], near + 1);
  const others = distances.map((row, i) =>
    sumOfSmallest([...row, ...new Array<number>(attackers).fill(toHonest[i] ?? 0)], near + 1),
  );
  return own <= Math.min(...others);
}

function sumOfSmallest(values: readonly number[], count: number): number {
  return values
    .toSorted((a, b) => a - b)
    .slice(0, count)
    .reduce((sum, value) => sum + value, 0);
}

export const fangKrum: Attack = {
  name: 'fang-krum',
  formula:
    'x = −λ sign(μ), λ halved from its upper bound until Krum picks it; −10⁻⁵ sign(μ) if it never does',
  source:
    'Fang et al., Local Model Poisoning Attacks to Byzantine-Robust Federated Learning, USENIX Security 2020',
  against: 'gradients',
  send: async (view) => {
    const picked = againstKrum(view.honest, view.attackers);
    const fallback = () => meanOf(view.honest).map((value) => -LEAST_LAMBDA * Math.sign(value));
    return everyone(view, picked ?? fallback());
  },
};
