import type { RuleOf } from '../../../shared/federation/schema.ts';
import { outliersOf, requireMajority } from './outliers.ts';
import { everyRow, type Rule } from './rule.ts';

/** Ignores claimed samples. Trims on one side only where the values of a column lean to one side. */
export const meanAroundMedian: Rule<RuleOf<'mean-around-median'>> = {
  formula: 'per column: the mean of the n − f values nearest to the median; of two equally near the smaller',
  source: 'Xie et al., Generalized Byzantine-Tolerant SGD, arXiv 1802.10116 (2018)',
  holds: 'n > 2f, with at most f outliers',
  needs: { gram: false, references: [] },
  guard: (spec, n, weights) => requireMajority('mean-around-median', n, outliersOf(spec, weights.length)),
  plan: (spec, rows, { weights }) => ({
    kind: 'columns',
    rows: everyRow(rows),
    kernel: { kernel: 'mean-around-median', keep: rows.count - outliersOf(spec, weights.length) },
  }),
};
