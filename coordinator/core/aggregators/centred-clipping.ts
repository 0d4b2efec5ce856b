import type { RuleOf } from '../../../shared/federation/schema.ts';
import { distancesFrom, middleOf, squaredDistances, withOrigin } from './geometry.ts';
import { outliersOf, requireMajority } from './outliers.ts';
import type { Rule } from './rule.ts';

/** Ignores claimed samples. What it remembers of the round before can be led astray in small steps. */
export const centredClipping: Rule<RuleOf<'centred-clipping'>> = {
  formula:
    'v ← v + (1/n) Σ (xᵢ − v) min(1, τ / ‖xᵢ − v‖), L times, from the aggregate of the round before, or from zero in the first; without a radius τ is, in each step anew, the median of ‖xᵢ − v‖',
  source:
    'Karimireddy et al., Learning from History for Byzantine Robust Optimization, ICML 2021; the radius by median is our own',
  holds:
    'n > 2f; with fewer than n / 2 outliers each moves the result by at most L τ / n, wherever it stands. No claim about direction',
  needs: { gram: true, references: ['previous'] },
  guard: (_spec, n, weights) => requireMajority('centred-clipping', n, outliersOf({}, weights.length)),
  plan({ radius, iterations }, { count, gram }, { references }) {
    const squared = squaredDistances(withOrigin(gram));
    const previous = references.indexOf('previous');
    const centre = previous < 0 ? gram.length : count + previous;
    let at: readonly number[] = squared.map((_, index) => (index === centre ? 1 : 0));
    for (let taken = 0; taken < iterations; taken++) {
      const distances = distancesFrom(at, squared).slice(0, count);
      at = clippedStep(at, distances, radius ?? middleOf(distances));
    }
    return { kind: 'linear', coefficients: at.slice(0, -1) };
  },
};

/** Coefficients after one step; they still sum to 1. */
function clippedStep(at: readonly number[], distances: readonly number[], radius: number): number[] {
  const parts = distances.map((distance) => (distance <= radius ? 1 : radius / distance) / distances.length);
  const kept = 1 - parts.reduce((sum, part) => sum + part, 0);
  return at.map((coefficient, index) => coefficient * kept + (parts[index] ?? 0));
}
