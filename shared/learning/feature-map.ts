/** φ, the map from an encoded row to the vector whose outer products are summed. */
import type { Tensor2D } from '@tensorflow/tfjs-core';
import type { ChristoffelSpec } from '../federation/schema.ts';
import type { TensorSet, TensorSpec } from '../tensors/tensor.ts';
import type { Algebra } from './backend.ts';
import type { Columns } from './columns.ts';
import { Random } from './random.ts';
import { type NamedTensor, valuesOf } from './tensor-set.ts';

/** Spread of the pool below which all its rows are one point. */
const NO_SPREAD = 1e-12;

/** Length of φ(x). */
export function mapDimension(spec: ChristoffelSpec, columns: Columns): number {
  return spec.map === 'linear' ? columns.width + 1 : spec.features;
}

/** The tensors in which a random map travels; the linear map needs none. */
export function mapSpecs(
  spec: ChristoffelSpec,
  columns: Columns,
): { frequencies: TensorSpec; phases: TensorSpec } {
  return {
    frequencies: { name: 'map.frequencies', shape: [columns.width, spec.features] },
    phases: { name: 'map.phases', shape: [spec.features] },
  };
}

/**
 * Random Fourier features (Rahimi and Recht 2007): w ~ N(0, I/σ²), b ~ U(0, 2π), σ = bandwidth √(2T).
 * Drawn once, by the coordinator, and sent as numbers: nobody else has to draw the same.
 * @param trace T, the trace of the pooled covariance of the encoded rows
 */
export function drawMap(spec: ChristoffelSpec, columns: Columns, seed: number, trace: number): NamedTensor[] {
  const sigma = spec.bandwidth * Math.sqrt(2 * (trace > NO_SPREAD ? trace : 1));
  const random = new Random('christoffel map', seed);
  const { frequencies, phases } = mapSpecs(spec, columns);
  return [
    {
      ...frequencies,
      values: Float32Array.from({ length: columns.width * spec.features }, () => random.normal() / sigma),
    },
    { ...phases, values: Float32Array.from({ length: spec.features }, () => random.uniform() * 2 * Math.PI) },
  ];
}

/** φ with its tensors on the backend, until disposed of. */
export interface FeatureMap {
  /** rows × width → rows × dimension. Call inside `tf.tidy`. */
  apply(encoded: Tensor2D): Tensor2D;
  dispose(): void;
}

/** √(2/D) cos(xW + b), or (1, x). */
export function loadMap(tf: Algebra, spec: ChristoffelSpec, columns: Columns, base: TensorSet): FeatureMap {
  if (spec.map === 'linear') {
    return {
      apply: (encoded) => tf.concat([tf.ones([encoded.shape[0], 1]), encoded], 1),
      dispose: () => undefined,
    };
  }
  const specs = mapSpecs(spec, columns);
  const frequencies = tf.tensor2d(valuesOf(base, specs.frequencies), [columns.width, spec.features]);
  const phases = tf.tensor1d(valuesOf(base, specs.phases));
  const scale = Math.sqrt(2 / spec.features);
  return {
    apply: (encoded) => tf.mul(tf.cos(tf.add(tf.matMul(encoded, frequencies), phases)), scale),
    dispose: () => tf.dispose([frequencies, phases]),
  };
}
