import type { RuleOf } from '../../../shared/federation/schema.ts';
import { corner, smallest, squaredDistances, sumOf } from './geometry.ts';
import { outliersOf } from './outliers.ts';
import { breakdown, type Matrix, meanOf, type Rule } from './rule.ts';

interface KrumSpec {
  readonly outliers?: number | undefined;
  readonly neighbours?: number | undefined;
}

/** Ignores claimed samples. The result is one member's update: far from the rest where members differ. */
export const krum: Rule<RuleOf<'krum'>> = {
  formula:
    'the row with the least sum of squared distances to its k nearest others; k = n − f − 2, at least 1',
  source:
    'Blanchard et al., Machine Learning with Adversaries: Byzantine Tolerant Gradient Descent, NeurIPS 2017',
  holds:
    'f ≤ k ≤ n − f − 1 and k ≥ 1, with at most f outliers: by default n ≥ 2f + 2, or n = 3 with f = 1; the convergence proof asks for n ≥ 2f + 3',
  needs: { gram: true, references: [] },
  guard: (spec, n, weights) => guardNeighbours('krum', spec, n, weights.length),
  plan(spec, rows, { weights }) {
    const k = neighboursOf(spec, rows.count, weights.length);
    const scores = krumScores(squaredDistances(corner(rows.gram, rows.count)), k);
    return meanOf(smallest(scores, 1), rows);
  },
};

/** k: what the federation says, or as in the paper. Each outlier adds its own row to those not counted. */
export function neighboursOf(spec: KrumSpec, n: number, updates: number): number {
  return spec.neighbours ?? Math.max(1, n - outliersOf(spec, updates) - 2);
}

/**
 * With k < f the outliers can be each other's neighbours and win together from anywhere; with k > n − f − 1 an honest
 * row is measured against an outlier.
 */
export function guardNeighbours(rule: string, spec: KrumSpec, n: number, updates: number): void {
  const f = outliersOf(spec, updates);
  const k = neighboursOf(spec, n, updates);
  if (k >= f && k <= n - f - 1) return;
  throw breakdown(
    `${rule} with ${f} outliers among ${n} rows needs ${Math.max(1, f)} to ${n - f - 1} neighbours, it has ${k}`,
    { n, f, neighbours: k },
  );
}

/** Sum of the squared distances to the `neighbours` nearest others, in ascending order. */
export function krumScores(squared: Matrix, neighbours: number): number[] {
  return squared.map((row, index) => {
    const others = row.filter((_, other) => other !== index).sort((a, b) => a - b);
    return sumOf(others.slice(0, neighbours));
  });
}
