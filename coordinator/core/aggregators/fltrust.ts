import type { RuleOf } from '../../../shared/federation/schema.ts';
import { lengths, sumOf } from './geometry.ts';
import { breakdown, type Rule, updatesIn } from './rule.ts';

/**
 * Ignores claimed samples. No bound on the number of outliers: what counts is the direction of a step from rows that
 * all agreed on, and its length. A cap on influence lowers the trust score, since lengths are evened out.
 */
export const fltrust: Rule<RuleOf<'fltrust'>> = {
  formula: 'Σ TSᵢ (‖g₀‖ / ‖gᵢ‖) gᵢ / Σ TSᵢ, TSᵢ = max(0, cos(gᵢ, g₀)), g₀ the step from the root rows',
  source: 'Cao et al., FLTrust: Byzantine-robust Federated Learning via Trust Bootstrapping, NDSS 2021',
  holds:
    'root rows that no outlier chose and that look like the members’, and at least one update within 90° of their step',
  needs: { gram: true, references: ['root'] },
  capsInfluence: true,
  guard: () => {},
  plan(_spec, { count, gram, mix }, { references, weights, influence }) {
    const at = references.indexOf('root');
    if (at < 0)
      throw breakdown('fltrust has no step from root rows, the normal canary rows: it needs 1', { root: 0 });
    const root = count + at;
    const norms = lengths(gram);
    const rootNorm = norms[root] ?? 0;
    const trust = norms.slice(0, count).map((norm, index) => {
      const length = norm * rootNorm;
      if (!(length > 0)) return 0;
      const capped = updatesIn(mix[index] ?? [], weights.length).map((update) => influence[update] ?? 1);
      return Math.max(0, (gram[index]?.[root] ?? 0) / length) * (sumOf(capped) / capped.length);
    });
    const total = sumOf(trust);
    if (!(total > 0))
      throw breakdown(`none of ${count} updates points along the step from root rows, fltrust trusts none`, {
        n: count,
        trust: total,
      });
    return {
      kind: 'linear',
      coefficients: trust.map((one, index) =>
        one > 0 ? ((one / total) * rootNorm) / (norms[index] ?? 1) : 0,
      ),
    };
  },
};
