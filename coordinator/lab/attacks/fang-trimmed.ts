import type { Random } from '../../../shared/learning/random.ts';
import type { Attack } from './attack.ts';
import { meanOf, type Vector } from './vectors.ts';

const B = 2;

/**
 * Directed deviation against rules by columns: where the honest mean falls, a draw above their maximum, in
 * [max, b max] or, below zero, [max, max / b]; where it rises, below their minimum, in the same way. b = 2.
 */
export function directedDeviation(honest: readonly Vector[], random: Random, b = B): Float64Array {
  return meanOf(honest).map((mean, at) => {
    const column = honest.map((update) => update[at] ?? 0);
    const edge = mean < 0 ? Math.max(...column) : Math.min(...column);
    // Outwards: the far end has the larger modulus on the edge's own side of zero, the smaller on the other.
    const outwards = mean < 0 === edge > 0;
    const far = outwards ? edge * b : edge / b;
    return edge + (far - edge) * random.uniform();
  });
}

export const fangTrimmed: Attack = {
  name: 'fang-trimmed',
  formula:
    's = sign(μ); beyond the largest value of the column where s < 0, below the smallest where s > 0, b = 2',
  source:
    'Fang et al., Local Model Poisoning Attacks to Byzantine-Robust Federated Learning, USENIX Security 2020',
  against: 'gradients',
  send: async (view) =>
    Array.from({ length: view.attackers }, () => directedDeviation(view.honest, view.random)),
};
