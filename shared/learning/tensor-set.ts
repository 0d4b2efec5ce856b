/** Putting tensors in and out of a set by name. */
import { Refusal } from '../refusal.ts';
import { elementsOf, type TensorSet, type TensorSpec } from '../tensors/tensor.ts';

export const EMPTY_SET: TensorSet = { layout: [], tensors: new Map() };

/** A spec with its values, row-major. */
export interface NamedTensor extends TensorSpec {
  readonly values: Float32Array;
}

export function collect(entries: readonly NamedTensor[]): TensorSet {
  return {
    layout: entries.map(({ name, shape }) => ({ name, shape })),
    tensors: new Map(entries.map(({ name, values }) => [name, values])),
  };
}

/** `base` with `entries` after it; an entry that has the name of one already there takes its place. */
export function extend(base: TensorSet, entries: readonly NamedTensor[]): TensorSet {
  const added = collect(entries);
  const fresh = added.layout.filter(({ name }) => !base.tensors.has(name));
  return { layout: [...base.layout, ...fresh], tensors: new Map([...base.tensors, ...added.tensors]) };
}

/** The tensors of these specs alone. Refuses with `model_invalid` when one is missing or has another size. */
export function select(set: TensorSet, specs: readonly TensorSpec[]): TensorSet {
  return collect(specs.map((spec) => ({ ...spec, values: valuesOf(set, spec) })));
}

/** One tensor's values. Refuses with `model_invalid` when it is missing or has another size. */
export function valuesOf(set: TensorSet, spec: TensorSpec): Float32Array {
  const values = set.tensors.get(spec.name);
  const expected = elementsOf(spec);
  if (values?.length === expected) return values;
  const seen = values === undefined ? 'is missing' : `has ${values.length} values`;
  throw new Refusal(
    'model_invalid',
    `tensor ${spec.name} ${seen}: ${expected} expected, shape [${spec.shape.join(', ')}]`,
    {
      tensor: spec.name,
      expected,
    },
  );
}
