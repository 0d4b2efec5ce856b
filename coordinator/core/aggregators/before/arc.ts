import type { PreAggregationOf } from '../../../../shared/federation/schema.ts';
import { diagonal, lengths } from '../geometry.ts';
import { outliersOf, requireMajority } from '../outliers.ts';
import type { PreAggregation } from '../rule.ts';
import { clipTo } from './norm-clip.ts';

/** Adaptive robust clipping: unlike a fixed bound it keeps the guarantee of the rule after it. */
export const arc: PreAggregation<PreAggregationOf<'arc'>> = {
  formula: 'the k = ⌊2 (f / n) (n − f)⌋ longest rows are shortened to the norm of the next longest',
  source: 'Allouah et al., Adaptive Gradient Clipping for Robust Federated Learning, ICLR 2025',
  holds:
    'n > 2f, with at most f outliers. Before `nnm` it can pull a crude outlier back among the neighbours of the others',
  needs: { gram: true, references: [] },
  guard(spec, n, updates) {
    requireMajority('arc', n, outliersOf(spec, updates));
    return n;
  },
  mix(spec, { count, gram }, { weights }) {
    const f = outliersOf(spec, weights.length);
    const norms = lengths(gram);
    // Products before the quotient: ⌊…⌋ of an exact integer must not fall below it by rounding.
    const clipped = Math.floor((2 * f * (count - f)) / count);
    const longest = [...norms].sort((a, b) => b - a)[clipped] ?? 0;
    return diagonal(clipTo(norms, longest));
  },
};
