import type { RuleOf } from '../../../shared/federation/schema.ts';
import { corner, distancesFrom, squaredDistances, sumOf, withOrigin } from './geometry.ts';
import { outliersOf, requireMajority } from './outliers.ts';
import type { Matrix, Rule } from './rule.ts';

/** Weiszfeld steps after which the search ends where it stands: it nears a row it ends upon only slowly. */
export const MOST_STEPS = 10_000;

/** Converged when the coefficients, which sum to 1, move by less than this in all. */
const STILL = 1e-12;

/** Ignores claimed samples. Each outlier, however far, pulls no harder than one honest update. */
export const geometricMedian: Rule<RuleOf<'geometric-median'>> = {
  formula:
    'argmin over z of Σ ‖z − xᵢ‖, by Weiszfeld steps z ← Σ bᵢ xᵢ / Σ bᵢ, bᵢ = 1 / max(ν, ‖z − xᵢ‖), from the mean until z rests; with `iterations` so many steps from zero',
  source:
    'Pillutla et al., Robust Aggregation for Federated Learning, IEEE Transactions on Signal Processing 70 (2022)',
  holds: 'n > 2f, with fewer than n / 2 outliers',
  needs: { gram: true, references: [] },
  guard: (_spec, n, weights) => requireMajority('geometric-median', n, outliersOf({}, weights.length)),
  plan({ smoothing, iterations }, rows) {
    const gram = corner(rows.gram, rows.count);
    const coefficients =
      iterations === undefined ? converged(gram, smoothing) : stepsFromZero(gram, smoothing, iterations);
    return { kind: 'linear', coefficients };
  },
};

function converged(gram: Matrix, smoothing: number): number[] {
  const squared = squaredDistances(gram);
  let at = gram.map(() => 1 / gram.length);
  for (let taken = 0; taken < MOST_STEPS; taken++) {
    const next = step(at, squared, smoothing, at.length);
    const moved = sumOf(next.map((value, index) => Math.abs(value - (at[index] ?? 0))));
    at = next;
    if (moved < STILL) break;
  }
  return at;
}

/** Zero stands among the points without ever pulling. */
function stepsFromZero(gram: Matrix, smoothing: number, steps: number): number[] {
  const squared = squaredDistances(withOrigin(gram));
  let at = [...gram.map(() => 0), 1];
  for (let taken = 0; taken < steps; taken++) at = [...step(at, squared, smoothing, gram.length), 0];
  return at.slice(0, -1);
}

/** New coefficients of the first `pulling` points. */
function step(at: readonly number[], squared: Matrix, smoothing: number, pulling: number): number[] {
  const distances = distancesFrom(at, squared).slice(0, pulling);
  const pulls = distances.map((distance) => 1 / Math.max(smoothing, distance));
  const total = sumOf(pulls);
  return pulls.map((pull) => pull / total);
}
