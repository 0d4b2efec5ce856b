/**
 * What an update does to the canaries, to first order: a measure of the model changes by ⟨its gradient, step⟩, and the
 * step is the plain mean of the cohort with the update or without it. Nothing is trained or scored for it: the inner
 * products of updates and gradients are in the measures.
 */
import type { CohortMeasures } from '../measures.ts';

export interface CanaryEffect {
  /** A label of the canary set. */
  readonly label: string;
  /** What changes: the mean score of the normal rows, or the AUROC of an anomaly against them, lost. */
  readonly of: 'score' | 'auroc-lost';
  /** First-order change by the mean of all, and by the mean of all others. */
  readonly withIt: number;
  readonly withoutIt: number;
  /** The difference: above 0, the canaries are told apart worse because the update takes part. */
  readonly effect: number;
}

const GRADIENTS: readonly { readonly prefix: string; readonly of: CanaryEffect['of'] }[] = [
  { prefix: 'slope/', of: 'score' },
  { prefix: 'ranks/', of: 'auroc-lost' },
];

/** One for each gradient among the references; none for sums and statistics. */
export function canaryEffects({ members, references, gram }: CohortMeasures, at: number): CanaryEffect[] {
  return references.flatMap((reference, position) => {
    const gradient = GRADIENTS.find(({ prefix }) => reference.startsWith(prefix));
    if (!gradient) return [];
    const products = members.map((_, row) => gram[row]?.[members.length + position] ?? 0);
    const sum = products.reduce((total, product) => total + product, 0);
    const withIt = sum / members.length;
    const others = members.length - 1;
    const withoutIt = others === 0 ? 0 : (sum - (products[at] ?? 0)) / others;
    const label = reference.slice(gradient.prefix.length);
    return [{ label, of: gradient.of, withIt, withoutIt, effect: withIt - withoutIt }];
  });
}
