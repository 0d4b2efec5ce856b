import type { RuleOf } from '../../../shared/federation/schema.ts';
import { corner, smallest, squaredDistances } from './geometry.ts';
import { guardNeighbours, krumScores, neighboursOf } from './krum.ts';
import { outliersOf } from './outliers.ts';
import { breakdown, meanOf, type Rule } from './rule.ts';

type Spec = RuleOf<'multi-krum'>;

/** Ignores claimed samples. */
export const multiKrum: Rule<Spec> = {
  formula: 'the plain mean of the m rows with the least Krum scores; m = n − f',
  source:
    'Blanchard et al., Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent, NeurIPS 2017',
  holds: 'as Krum, and m ≤ n − f',
  needs: { gram: true, references: [] },
  guard(spec, n, weights) {
    guardNeighbours('multi-krum', spec, n, weights.length);
    const f = outliersOf(spec, weights.length);
    const m = keepOf(spec, n, weights.length);
    if (m <= n - f) return;
    throw breakdown(`multi-krum keeps ${m} of ${n} rows, with ${f} outliers at most ${n - f}`, {
      n,
      f,
      keep: m,
    });
  },
  plan(spec, rows, { weights }) {
    const k = neighboursOf(spec, rows.count, weights.length);
    const scores = krumScores(squaredDistances(corner(rows.gram, rows.count)), k);
    return meanOf(smallest(scores, keepOf(spec, rows.count, weights.length)), rows);
  },
};

function keepOf(spec: Spec, n: number, updates: number): number {
  return spec.keep ?? n - outliersOf(spec, updates);
}
