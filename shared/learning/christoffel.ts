/**
 * The Christoffel family: s(x) = φ(x)ᵀ (G/N + λI)⁻¹ φ(x), small where the pool has many rows and large where it has
 * none (Lasserre and Pauwels 2019). One round of sums gives exactly the detector that all rows in one place would
 * give. With the linear map it is 1 plus the squared Mahalanobis distance, up to the ridge.
 */
import type { ChristoffelSpec, Federation } from '../federation/schema.ts';
import { ChristoffelScorer } from './christoffel-scorer.ts';
import { planColumns } from './columns.ts';
import { encodingSpecs } from './encoding.ts';
import type { ModelFamily } from './family.ts';
import { mapSpecs } from './feature-map.ts';
import { momentsStep } from './moments-round.ts';
import { statisticsSteps } from './statistics.ts';
import { sumsStep, whiteningSpec } from './sums-round.ts';
import { EMPTY_SET, select } from './tensor-set.ts';

export function christoffelFamily(federation: Federation, spec: ChristoffelSpec): ModelFamily {
  const columns = planColumns(federation.features);
  const statistics = statisticsSteps(columns, (base) => base);
  const moments = spec.map === 'fourier' ? [momentsStep(spec, columns, federation.seed)] : [];
  const map = spec.map === 'fourier' ? Object.values(mapSpecs(spec, columns)) : [];
  const published = [...encodingSpecs(columns).all, ...map, whiteningSpec(spec, columns)];
  return {
    name: spec.family,
    steps: [...statistics, ...moments, sumsStep(spec, columns)],
    start: () => EMPTY_SET,
    assemble: (base) => select(base, published),
    scorer: (model) => new ChristoffelScorer(spec, columns, model),
  };
}
