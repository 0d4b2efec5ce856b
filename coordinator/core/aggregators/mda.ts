import type { RuleOf } from '../../../shared/federation/schema.ts';
import { corner, squaredDistances } from './geometry.ts';
import { outliersOf, requireMajority } from './outliers.ts';
import { breakdown, type Matrix, meanOf, type Rule } from './rule.ts';

/** Subsets looked at in the worst case; beyond, a round would wait for the search. */
export const MOST_SUBSETS = 100_000;

/** Ignores claimed samples. Exact, and the rule of choice for three or four members. */
export const mda: Rule<RuleOf<'mda'>> = {
  formula:
    'the plain mean of the n − f rows whose largest distance from one another is least; of equal subsets the first in lexicographic order',
  source:
    'El Mhamdi et al., Distributed Momentum for Byzantine-resilient Stochastic Gradient Descent, ICLR 2021; minimum diameter: Rousseeuw 1985',
  holds: 'n > 2f, with at most f outliers; n choose f ≤ 100,000',
  needs: { gram: true, references: [] },
  guard(spec, n, weights) {
    const f = outliersOf(spec, weights.length);
    requireMajority('mda', n, f);
    const subsets = choose(n, f);
    if (subsets <= MOST_SUBSETS) return;
    throw breakdown(
      `mda would search ${subsets} subsets of ${n - f} of ${n} rows, at most ${MOST_SUBSETS} are searched`,
      { n, f, subsets },
    );
  },
  plan(spec, rows, { weights }) {
    const size = rows.count - outliersOf(spec, weights.length);
    return meanOf(closestTogether(squaredDistances(corner(rows.gram, rows.count)), size), rows);
  },
};

/** In lexicographic order, leaving a branch as soon as it is no better than the best: so the first of equals wins. */
function closestTogether(squared: Matrix, size: number): readonly number[] {
  let best: { readonly rows: readonly number[]; readonly diameter: number } = {
    rows: [],
    diameter: Number.POSITIVE_INFINITY,
  };
  const extend = (rows: readonly number[], diameter: number): void => {
    if (rows.length === size) {
      best = { rows, diameter };
      return;
    }
    const last = squared.length - (size - rows.length);
    for (let next = (rows.at(-1) ?? -1) + 1; next <= last; next++) {
      const wider = rows.reduce((widest, row) => Math.max(widest, squared[row]?.[next] ?? 0), diameter);
      if (wider < best.diameter) extend([...rows, next], wider);
    }
  };
  extend([], 0);
  return best.rows;
}

function choose(n: number, f: number): number {
  let subsets = 1;
  for (let taken = 1; taken <= f; taken++) subsets = (subsets * (n - f + taken)) / taken;
  return Math.round(subsets);
}
