import type { PreAggregationOf } from '../../../../shared/federation/schema.ts';
import { smallest, squaredDistances } from '../geometry.ts';
import { outliersOf, requireMajority } from '../outliers.ts';
import type { PreAggregation } from '../rule.ts';

/** Nearest-neighbour mixing: makes any rule after it of optimal order where members differ. */
export const nnm: PreAggregation<PreAggregationOf<'nnm'>> = {
  formula:
    'each row becomes the mean of the n − f rows nearest to it, itself among them; of equally near ones the first',
  source:
    'Allouah et al., Fixing by Mixing: A Recipe for Optimal Byzantine ML under Heterogeneity, AISTATS 2023',
  holds: 'n > 2f, with at most f outliers',
  needs: { gram: true, references: [] },
  guard(spec, n, updates) {
    requireMajority('nnm', n, outliersOf(spec, updates));
    return n;
  },
  mix(spec, { count, gram }, { weights }) {
    const near = count - outliersOf(spec, weights.length);
    return squaredDistances(gram).map((row) => {
      const chosen = new Set(smallest(row, near));
      return row.map((_, index) => (chosen.has(index) ? 1 / near : 0));
    });
  },
};
