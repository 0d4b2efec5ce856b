/** A little is enough: a shift of the mean small enough to hide among honest updates that differ. */
import { type Attack, everyone, type RoundView } from './attack.ts';
import { type LineSearch, strongest } from './line-search.ts';
import { deviationOf, meanOf, plus, squaredDistance, type Vector } from './vectors.ts';

const SOURCE =
  'Baruch et al., A Little Is Enough: Circumventing Defenses For Distributed Learning, NeurIPS 2019';
/** As in the source of the search, but with fewer trials: each is a screening and an aggregation. */
const SEARCH: LineSearch = { evaluations: 8, start: 0, delta: 1, ratio: 0.8 };

/** μ + z σ, σ with n − 1 in the denominator. */
export function aLittle(honest: readonly Vector[], z: number): Float64Array {
  return plus(meanOf(honest), deviationOf(honest), z);
}

/**
 * The z of the source: with s = ⌊n / 2 + 1⌋ − m supporters needed, z = Φ⁻¹((n − m − s) / (n − m)). At n = 10, m = 2
 * it is 0: the attack sends the mean.
 */
export function largestZ(n: number, m: number): { s: number; cdf: number; z: number } {
  const s = Math.floor(n / 2 + 1) - m;
  const cdf = (n - m - s) / (n - m);
  return { s, cdf, z: normalQuantile(cdf) };
}

/** Φ⁻¹ by bisection on Φ, to 1e-12. @param p in (0, 1) */
function normalQuantile(p: number): number {
  let low = -10;
  let high = 10;
  while (high - low > 1e-13) {
    const middle = (low + high) / 2;
    if (normalCdf(middle) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** Φ(x) = ½ + φ(x) Σ x^(2k+1) / (1·3·5 … (2k+1)) (Marsaglia 2004). */
function normalCdf(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; sum + term !== sum; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return 0.5 + (sum * Math.exp(-(x * x) / 2)) / Math.sqrt(2 * Math.PI);
}

function given(z: number): Attack {
  return {
    name: `alie-${z}`,
    formula: `x = μ − ${z} σ`,
    source: SOURCE,
    against: 'gradients',
    send: async (view) => everyone(view, aLittle(view.honest, -z)),
  };
}

const textbook: Attack = {
  name: 'alie',
  formula: 'x = μ − z σ, z = Φ⁻¹((n − m − s) / (n − m)), s = ⌊n / 2 + 1⌋ − m',
  source: SOURCE,
  against: 'gradients',
  send: async (view) => {
    const { z } = largestZ(view.honest.length + view.attackers, view.attackers);
    return everyone(view, aLittle(view.honest, -z));
  },
};

/** What combining does with these vectors, as a distance from the honest mean; 0 when nothing is combined. */
export async function deviationCaused(view: RoundView, vector: Vector): Promise<number> {
  const { combined } = await view.foresee(everyone(view, vector));
  return combined === undefined ? 0 : squaredDistance(combined, meanOf(view.honest));
}

const searched: Attack = {
  name: 'alie-search',
  formula: 'x = μ − z σ, z by a line search for the largest ‖aggregate − μ‖ under the policy',
  source: `${SOURCE}; search: Allouah et al., Fixing by Mixing, AISTATS 2023`,
  against: 'gradients',
  send: async (view) => {
    const z = await strongest((trial) => deviationCaused(view, aLittle(view.honest, -trial)), SEARCH);
    return everyone(view, aLittle(view.honest, -z));
  },
};

export const ALIE: readonly Attack[] = [textbook, given(0.5), given(1), given(1.5), searched];
