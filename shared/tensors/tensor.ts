/** A named float32 tensor's place in a layout. An empty shape is a scalar. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
}

/** The tensors of an update or a base, in the order in which they are flattened. */
export type Layout = readonly TensorSpec[];

/** Values by tensor name; row-major. */
export type Tensors = ReadonlyMap<string, Float32Array>;

/** Elements of one tensor. */
export function elementsOf(spec: TensorSpec): number {
  return spec.shape.reduce((product, side) => product * side, 1);
}

/** Elements of a whole layout: the length of its flat vector. */
export function elementsIn(layout: Layout): number {
  return layout.reduce((sum, spec) => sum + elementsOf(spec), 0);
}

/** A layout with its values. */
export interface TensorSet {
  readonly layout: Layout;
  readonly tensors: Tensors;
}
