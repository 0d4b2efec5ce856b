import type { RuleOf } from '../../../shared/federation/schema.ts';
import { sumOf } from './geometry.ts';
import { breakdown, type Rule, updatesIn } from './rule.ts';

/**
 * Exact for sums and statistics. For gradients it has no defence: one update can move it anywhere. A cap on influence
 * lowers the weight and leaves the length of the update alone.
 */
export const weightedMean: Rule<RuleOf<'weighted-mean'>> = {
  formula: 'Σ wᵢ xᵢ / Σ wᵢ',
  source:
    'McMahan et al., Communication-Efficient Learning of Deep Networks from Decentralized Data, AISTATS 2017',
  holds: 'n ≥ 1, every weight finite and ≥ 0, Σ w > 0; no outlier is tolerated (f = 0)',
  needs: { gram: false, references: [] },
  capsInfluence: true,
  guard(_spec, _n, weights) {
    const wrong = weights.find((weight) => !Number.isFinite(weight) || weight < 0);
    if (wrong !== undefined)
      throw breakdown(`a weight is ${wrong}, it must be finite and at least 0`, { weight: wrong });
    requireTotal(sumOf(weights));
  },
  plan(_spec, rows, { weights, influence }) {
    const capped = weights.map((weight, index) => weight * (influence[index] ?? 1));
    // A row that stands for several updates weighs what they weigh together.
    const ofRows = rows.mix
      .slice(0, rows.count)
      .map((row) => sumOf(updatesIn(row, weights.length).map((index) => capped[index] ?? 0)));
    const total = sumOf(ofRows);
    requireTotal(total);
    return { kind: 'linear', coefficients: ofRows.map((weight) => weight / total) };
  },
};

function requireTotal(total: number): void {
  if (!(total > 0)) throw breakdown(`the weights sum to ${total}, more than 0 is needed`, { total });
}
