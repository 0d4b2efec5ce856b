/**
 * The autoencoder family: statistics rounds, then many short gradient rounds with an optimiser on the coordinator.
 * Long local training between averages is what breaks it under skew; talking often is the cure.
 */
import type { AutoencoderSpec, Federation } from '../federation/schema.ts';
import { AutoencoderScorer } from './autoencoder-scorer.ts';
import { planColumns } from './columns.ts';
import { encodingSpecs } from './encoding.ts';
import type { ModelFamily } from './family.ts';
import { gradientsStep } from './gradients-round.ts';
import { drawWeights, networkLayout } from './network.ts';
import { statisticsSteps } from './statistics.ts';
import { EMPTY_SET, extend, select } from './tensor-set.ts';

export function autoencoderFamily(federation: Federation, spec: AutoencoderSpec): ModelFamily {
  const columns = planColumns(federation.features);
  const layout = networkLayout(spec.hidden, columns.width);
  const statistics = statisticsSteps(columns, (base) => extend(base, drawWeights(layout, federation.seed)));
  return {
    name: spec.family,
    steps: [...statistics, gradientsStep(spec, columns)],
    start: () => EMPTY_SET,
    assemble: (base) => select(base, [...encodingSpecs(columns).all, ...layout]),
    scorer: (model) => new AutoencoderScorer(spec, columns, model),
  };
}
