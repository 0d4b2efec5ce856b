import type { PreAggregationOf } from '../../../../shared/federation/schema.ts';
import { diagonal, lengths, middleOf } from '../geometry.ts';
import { outliersOf, requireMajority } from '../outliers.ts';
import type { PreAggregation } from '../rule.ts';

/** Bounds how far one update moves a mean. No defence by itself: a direction passes at any length. */
export const normClip: PreAggregation<PreAggregationOf<'norm-clip'>> = {
  formula: 'xᵢ min(1, c / ‖xᵢ‖), c given or the median of the norms',
  source:
    'Sun et al., Can You Really Backdoor Federated Learning?, arXiv 1911.07963 (2019); the median: Nguyen et al., FLAME, USENIX Security 2022',
  holds: 'n ≥ 1; without a norm given n > 2f, with fewer than n / 2 outliers',
  needs: { gram: true, references: [] },
  guard({ norm }, n, updates) {
    if (norm === undefined) requireMajority('norm-clip', n, outliersOf({}, updates));
    return n;
  },
  mix(spec, { gram }) {
    const norms = lengths(gram);
    return diagonal(clipTo(norms, spec.norm ?? middleOf(norms)));
  },
};

/** What each length is multiplied by to be no longer than `bound`. */
export function clipTo(norms: readonly number[], bound: number): number[] {
  return norms.map((norm) => (norm <= bound ? 1 : bound / norm));
}
