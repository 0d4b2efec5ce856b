import type { RuleSpec } from '../../../shared/federation/schema.ts';
import { breakdown, type CombineTile, type Rule, type Tile } from './rule.ts';

type Spec = Extract<RuleSpec, { rule: 'weighted-mean' }>;

/** Exact for sums and statistics. For gradients it has no defence: one update can move it anywhere. */
export const weightedMean: Rule<Spec> = {
  formula: 'Σ wᵢ xᵢ / Σ wᵢ',
  source:
    'McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017',
  holds: 'n ≥ 1, every weight finite and ≥ 0, Σ w > 0; no outlier is tolerated (f = 0)',
  guard(_spec, weights) {
    const wrong = weights.find((weight) => !Number.isFinite(weight) || weight < 0);
    if (wrong !== undefined)
      throw breakdown(`a weight is ${wrong}, it must be finite and at least 0`, { weight: wrong });
    const total = sum(weights);
    if (!(total > 0)) throw breakdown(`the weights sum to ${total}, more than 0 is needed`, { total });
  },
  shares(_spec, weights) {
    const total = sum(weights);
    return weights.map((weight) => weight / total);
  },
  combiner: (_spec, weights) => meanBy(weights),
};

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}

function meanBy(weights: readonly number[]): CombineTile {
  const total = sum(weights);
  let sums = new Float64Array(0);
  return (tile, out) => {
    if (sums.length !== out.length) sums = new Float64Array(out.length);
    sums.fill(0);
    addRows(tile, weights, sums);
    for (let column = 0; column < out.length; column++) out[column] = (sums[column] ?? 0) / total;
  };
}

function addRows(tile: Tile, weights: readonly number[], sums: Float64Array): void {
  tile.forEach((row, index) => {
    const weight = weights[index] ?? 0;
    for (let column = 0; column < sums.length; column++) {
      sums[column] = (sums[column] ?? 0) + weight * (row[column] ?? 0);
    }
  });
}
