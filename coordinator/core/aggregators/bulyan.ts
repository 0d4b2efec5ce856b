import type { RuleOf } from '../../../shared/federation/schema.ts';
import { corner, smallest, squaredDistances } from './geometry.ts';
import { krumScores } from './krum.ts';
import { outliersOf } from './outliers.ts';
import { breakdown, type Matrix, type Rule } from './rule.ts';

/** Ignores claimed samples. Krum bounds how far outliers stand, the kernel what they hide in a single column. */
export const bulyan: Rule<RuleOf<'bulyan'>> = {
  formula:
    'θ = n − 2f rows by repeated Krum, each taken from those left; then per column the mean of the θ − 2f values nearest to their median',
  source:
    'El Mhamdi et al., The Hidden Vulnerability of Distributed Learning in Byzantium, ICML 2018 (algorithm 2)',
  holds: 'n ≥ 4f + 3, with at most f outliers',
  needs: { gram: true, references: [] },
  guard(spec, n, weights) {
    const f = outliersOf(spec, weights.length);
    if (n >= 4 * f + 3) return;
    throw breakdown(`bulyan with ${f} outliers needs at least ${4 * f + 3} rows, there are ${n}`, { n, f });
  },
  plan(spec, rows, { weights }) {
    const f = outliersOf(spec, weights.length);
    const selected = selectByKrum(squaredDistances(corner(rows.gram, rows.count)), f);
    return {
      kind: 'columns',
      rows: selected.sort((a, b) => a - b),
      kernel: { kernel: 'mean-around-median', keep: selected.length - 2 * f },
    };
  },
};

function selectByKrum(squared: Matrix, f: number): number[] {
  const left = [...squared.keys()];
  const selected: number[] = [];
  while (selected.length < squared.length - 2 * f) {
    const among = left.map((i) => left.map((j) => squared[i]?.[j] ?? 0));
    const [best = 0] = smallest(krumScores(among, Math.max(1, left.length - f - 2)), 1);
    selected.push(...left.splice(best, 1));
  }
  return selected;
}
