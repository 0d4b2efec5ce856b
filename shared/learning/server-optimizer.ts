/**
 * What the coordinator makes of a combined delta (Reddi et al. 2021, Adaptive Federated Optimization, algorithm 2):
 * plain, w += η D; or Adam, m = β₁ m + (1 − β₁) D, v = β₂ v + (1 − β₂) D², w += η m / (√v + ε), without bias
 * correction. float64 inside, float32 between rounds.
 *
 * Updates of gradient rounds all have one length (see `gradients-round.ts`), so steps do not shrink by themselves as
 * the model gets better: η falls in a straight line, from its declared value in round 1 to 1/R of it in round R.
 */
import type { AutoencoderSpec } from '../federation/schema.ts';
import { elementsIn, type Layout, type TensorSet } from '../tensors/tensor.ts';
import { collect, EMPTY_SET, valuesOf } from './tensor-set.ts';

type ServerSpec = AutoencoderSpec['server'];
type AdamSpec = Extract<ServerSpec, { optimizer: 'adam' }>;

const ROUND = { name: 'round', shape: [1] };

/** One server step over the tensors of `layout`, of `rounds` in all. `state` is what the step before gave back. */
export function stepServer(
  spec: ServerSpec,
  rounds: number,
  layout: Layout,
  input: { weights: TensorSet; delta: TensorSet; state: TensorSet | undefined },
): { weights: TensorSet; state: TensorSet } {
  const done = input.state === undefined ? 0 : (valuesOf(input.state, ROUND)[0] ?? 0);
  const rate = spec.learningRate * Math.max(1 / rounds, 1 - done / rounds);
  const moments =
    spec.optimizer === 'adam' ? advanceMoments(spec, layout, input.delta, input.state) : undefined;
  let at = 0;
  const weights = layout.map((tensor) => {
    const before = valuesOf(input.weights, tensor);
    const delta = valuesOf(input.delta, tensor);
    const from = at;
    at += before.length;
    const directionAt = (i: number) => (moments ? moments.direction(from + i) : (delta[i] ?? 0));
    return { ...tensor, values: before.map((weight, i) => weight + rate * directionAt(i)) };
  });
  const round = collect([{ ...ROUND, values: Float32Array.of(done + 1) }]);
  return { weights: collect(weights), state: moments ? joined(round, moments.state) : round };
}

interface Moments {
  readonly state: TensorSet;
  /** m / (√v + ε) of one element of the flat vector. */
  direction(at: number): number;
}

function advanceMoments(
  spec: AdamSpec,
  layout: Layout,
  delta: TensorSet,
  state: TensorSet | undefined,
): Moments {
  const length = elementsIn(layout);
  const specs = {
    first: { name: 'adam.first', shape: [length] },
    second: { name: 'adam.second', shape: [length] },
  };
  const first = state ? Float64Array.from(valuesOf(state, specs.first)) : new Float64Array(length);
  const second = state ? Float64Array.from(valuesOf(state, specs.second)) : new Float64Array(length);
  let at = 0;
  for (const tensor of layout) {
    for (const change of valuesOf(delta, tensor)) {
      first[at] = spec.beta1 * (first[at] ?? 0) + (1 - spec.beta1) * change;
      second[at] = spec.beta2 * (second[at] ?? 0) + (1 - spec.beta2) * change * change;
      at += 1;
    }
  }
  return {
    state: collect([
      { ...specs.first, values: Float32Array.from(first) },
      { ...specs.second, values: Float32Array.from(second) },
    ]),
    direction: (i) => (first[i] ?? 0) / (Math.sqrt(second[i] ?? 0) + spec.epsilon),
  };
}

function joined(a: TensorSet = EMPTY_SET, b: TensorSet = EMPTY_SET): TensorSet {
  return { layout: [...a.layout, ...b.layout], tensors: new Map([...a.tensors, ...b.tensors]) };
}
