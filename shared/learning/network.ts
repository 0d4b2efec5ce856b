/**
 * The autoencoder's network: dense layers, the last one linear, trained to give back its input.
 *
 * Gradients are written out. Through tf.js's tape a step costs 2.5 times as much, through a tfjs-layers model 3.5
 * times: both multiply with transposed operands, at which the WebAssembly kernel is slow.
 */
import type { Scalar, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { AutoencoderSpec } from '../federation/schema.ts';
import type { Layout, TensorSet } from '../tensors/tensor.ts';
import type { Algebra } from './backend.ts';
import { Random } from './random.ts';
import { type NamedTensor, valuesOf } from './tensor-set.ts';

type Activation = AutoencoderSpec['activation'];

/** A type and not an interface: tf.js takes only those out of a `tidy`. */
type Layer = {
  /** inputs × outputs */
  kernel: Tensor2D;
  bias: Tensor1D;
};

/** The layers of one network, first to last. */
export type Network = Layer[];

/** How a local step descends. */
export interface Descent {
  readonly learningRate: number;
  /** μ of FedProx. */
  readonly proximal: number;
  /** Share of the worst-fitting rows left out of the loss. */
  readonly trimLoss: number;
}

/** Longest gradient that a step follows in full; longer ones are shortened to this, so that no batch can explode. */
const GRADIENT_BOUND = 10;

/** Two tensors a layer: `layer0.kernel`, `layer0.bias`, … */
export function networkLayout(hidden: readonly number[], width: number): Layout {
  const sides = [width, ...hidden, width];
  return sides.slice(1).flatMap((outputs, i) => [
    { name: `layer${i}.kernel`, shape: [sides[i] ?? 0, outputs] },
    { name: `layer${i}.bias`, shape: [outputs] },
  ]);
}

/** Initial weights: kernels uniform within ±√(6 / (inputs + outputs)) (Glorot and Bengio 2010), biases 0. */
export function drawWeights(layout: Layout, seed: number): NamedTensor[] {
  const random = new Random('autoencoder weights', seed);
  return layout.map((tensor) => {
    const [inputs = 0, outputs] = tensor.shape;
    if (outputs === undefined) return { ...tensor, values: new Float32Array(inputs) };
    const bound = Math.sqrt(6 / (inputs + outputs));
    const values = Float32Array.from({ length: inputs * outputs }, () => (2 * random.uniform() - 1) * bound);
    return { ...tensor, values };
  });
}

export function loadNetwork(tf: Algebra, layout: Layout, weights: TensorSet): Network {
  const layers: Layer[] = [];
  for (let i = 0; i + 1 < layout.length; i += 2) {
    const [kernel, bias] = [layout[i], layout[i + 1]];
    if (kernel === undefined || bias === undefined) break;
    const [inputs = 0, outputs = 0] = kernel.shape;
    layers.push({
      kernel: tf.tensor2d(valuesOf(weights, kernel), [inputs, outputs]),
      bias: tf.tensor1d(valuesOf(weights, bias)),
    });
  }
  return layers;
}

/** In the order of the layout. */
export function tensorsOf(network: Network): Tensor[] {
  return network.flatMap(({ kernel, bias }) => [kernel, bias]);
}

/** rows × width → rows × width. Call inside `tf.tidy`. */
export function reconstruct(tf: Algebra, network: Network, activation: Activation, rows: Tensor2D): Tensor2D {
  return forward(tf, network, activation, rows).at(-1) ?? rows;
}

/**
 * One step of gradient descent on the mean over rows of ‖x̂ − x‖², plus (μ/2)‖w − anchor‖² (Li et al. 2020, FedProx).
 * @returns a network of new tensors, and the loss before the step; the caller disposes of both and of the old one
 */
export function descend(
  tf: Algebra,
  network: Network,
  anchor: Network,
  activation: Activation,
  rows: Tensor2D,
  descent: Descent,
): { network: Network; loss: Scalar } {
  return tf.tidy(() => {
    const { gradients, loss } = gradientOf(tf, network, activation, rows, (perRow) =>
      weighRows(tf, perRow, descent.trimLoss),
    );
    const drawn = descent.proximal > 0 ? pullTo(tf, gradients, network, anchor, descent.proximal) : gradients;
    return { network: stepAgainst(tf, network, drawn, descent.learningRate), loss };
  });
}

/**
 * The gradient of Σ wᵣ ‖x̂ᵣ − xᵣ‖², in the order of the network, and that sum; `weigh` gives w from the errors of the
 * rows. Call inside `tf.tidy`.
 */
export function gradientOf(
  tf: Algebra,
  network: Network,
  activation: Activation,
  rows: Tensor2D,
  weigh: (perRow: Tensor1D) => Tensor1D,
): { gradients: Network; loss: Scalar } {
  const outputs = forward(tf, network, activation, rows);
  const errors = tf.sub<Tensor2D>(outputs.at(-1) ?? rows, rows);
  const perRow = tf.sum<Tensor1D>(tf.square(errors), 1);
  const rowWeights = weigh(perRow);
  const slopes = tf.mul<Tensor2D>(tf.mul(errors, 2), tf.expandDims(rowWeights, 1));
  return {
    gradients: backward(tf, network, activation, outputs, slopes),
    loss: tf.sum<Scalar>(tf.mul(perRow, rowWeights)),
  };
}

/** The input, then the output of each layer. */
function forward(tf: Algebra, network: Network, activation: Activation, rows: Tensor2D): Tensor2D[] {
  const outputs = [rows];
  network.forEach(({ kernel, bias }, i) => {
    const sums = tf.fused.matMul({ a: outputs[i] ?? rows, b: kernel, bias }) as Tensor2D;
    outputs.push(i === network.length - 1 ? sums : tf[activation](sums));
  });
  return outputs;
}

/** From the slope of the loss at the output back to every kernel and bias. Same order as the network. */
function backward(
  tf: Algebra,
  network: Network,
  activation: Activation,
  outputs: readonly Tensor2D[],
  outputSlopes: Tensor2D,
): Layer[] {
  const gradients: Layer[] = [];
  let slopes = outputSlopes;
  for (let i = network.length - 1; i >= 0; i -= 1) {
    const [layer, input] = [network[i], outputs[i]];
    if (layer === undefined || input === undefined) break;
    gradients.unshift({ kernel: tf.matMul(tf.transpose(input), slopes), bias: tf.sum(slopes, 0) });
    if (i > 0) {
      slopes = tf.mul(tf.matMul(slopes, tf.transpose(layer.kernel)), activationSlope(tf, activation, input));
    }
  }
  return gradients;
}

/** The derivative of an activation, from its own output. */
function activationSlope(tf: Algebra, activation: Activation, output: Tensor2D): Tensor2D {
  if (activation === 'relu') return tf.step(output);
  if (activation === 'elu') return tf.add(tf.minimum(output, 0), 1);
  return tf.sub(1, tf.square(output));
}

/** 1/kept for the rows that fit best, 0 for the worst `trim` of the batch. */
function weighRows(tf: Algebra, errors: Tensor1D, trim: number): Tensor1D {
  const rows = errors.shape[0];
  const kept = Math.max(1, Math.ceil((1 - trim) * rows));
  if (kept === rows) return tf.fill([rows], 1 / rows);
  const best = tf.topk(tf.neg(errors), kept).indices;
  return tf.scatterND(tf.expandDims(best, 1), tf.fill([kept], 1 / kept), [rows]);
}

/** Adds the slope of (μ/2)‖w − anchor‖². */
function pullTo(
  tf: Algebra,
  gradients: readonly Layer[],
  network: Network,
  anchor: Network,
  mu: number,
): Layer[] {
  return gradients.map(({ kernel, bias }, i) => {
    const [here, there] = [network[i], anchor[i]];
    if (here === undefined || there === undefined) return { kernel, bias };
    return {
      kernel: tf.add(kernel, tf.mul(tf.sub(here.kernel, there.kernel), mu)),
      bias: tf.add(bias, tf.mul(tf.sub(here.bias, there.bias), mu)),
    };
  });
}

function stepAgainst(
  tf: Algebra,
  network: Network,
  gradients: readonly Layer[],
  learningRate: number,
): Network {
  const squares = gradients.flatMap(({ kernel, bias }) => [
    tf.sum(tf.square(kernel)),
    tf.sum(tf.square(bias)),
  ]);
  const length = tf.sqrt(tf.addN(squares));
  const rate = tf.div(learningRate, tf.maximum(1, tf.div(length, GRADIENT_BOUND)));
  return network.map(({ kernel, bias }, i) => {
    const gradient = gradients[i];
    if (gradient === undefined) return { kernel, bias };
    return {
      kernel: tf.sub<Tensor2D>(kernel, tf.mul(gradient.kernel, rate)),
      bias: tf.sub<Tensor1D>(bias, tf.mul(gradient.bias, rate)),
    };
  });
}
