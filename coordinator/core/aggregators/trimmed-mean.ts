import type { RuleOf } from '../../../shared/federation/schema.ts';
import { outliersOf } from './outliers.ts';
import { breakdown, everyRow, type Rule } from './rule.ts';

type Spec = RuleOf<'trimmed-mean'>;

/**
 * Ignores claimed samples: a member that claims more rows gets no more say. With at most f outliers every column of
 * the result lies between the smallest and the largest honest value. Which values enter differs from column to column,
 * so that no update is preferred in the shares.
 */
export const trimmedMean: Rule<Spec> = {
  formula:
    'per column: the f smallest and f largest dropped, the plain mean of the n − 2f between them, summed in ascending order',
  source: 'Yin et al., Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates, ICML 2018',
  holds: 'n − 2f ≥ 1, with at most f outliers',
  needs: { gram: false, references: [] },
  guard(spec, n, weights) {
    const f = trimOf(spec, weights.length);
    if (n - 2 * f >= 1) return;
    throw breakdown(
      `trimming ${f} at each end of ${n} updates leaves ${Math.max(0, n - 2 * f)}, at least 1 is needed`,
      { n, f },
    );
  },
  plan: (spec, rows, { weights }) => ({
    kind: 'columns',
    rows: everyRow(rows),
    kernel: { kernel: 'trimmed-mean', trim: trimOf(spec, weights.length) },
  }),
};

/** f: what the federation says, or a fifth of the updates, at least one; of two nothing can be trimmed. */
export function trimOf({ trim }: Spec, updates: number): number {
  return outliersOf({ outliers: trim }, updates);
}
