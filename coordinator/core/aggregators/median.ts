import type { RuleOf } from '../../../shared/federation/schema.ts';
import { outliersOf, requireMajority } from './outliers.ts';
import { everyRow, type Rule } from './rule.ts';

/** Ignores claimed samples. The most robust rule over columns, and the most biased where members differ. */
export const median: Rule<RuleOf<'median'>> = {
  formula: 'per column: the middle value, or the mean of the middle two',
  source: 'Yin et al., Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates, ICML 2018',
  holds: 'n > 2f, with fewer than n / 2 outliers',
  needs: { gram: false, references: [] },
  guard: (_spec, n, weights) => requireMajority('median', n, outliersOf({}, weights.length)),
  plan: (_spec, rows) => ({ kind: 'columns', rows: everyRow(rows), kernel: { kernel: 'median' } }),
};
