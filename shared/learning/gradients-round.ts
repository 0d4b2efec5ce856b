/** `gradients`: a few local steps from the common weights, then one server step along what the members found. */
import type { Scalar } from '@tensorflow/tfjs-core';
import type { AutoencoderSpec } from '../federation/schema.ts';
import type { Layout, TensorSet } from '../tensors/tensor.ts';
import { type Algebra, loadAlgebra } from './backend.ts';
import type { Columns } from './columns.ts';
import { Encoder } from './encoding.ts';
import type { RoundStep, RowBatch, RowSource, TrainContext } from './family.ts';
import { inspectSamples } from './inspect-shares.ts';
import { descend, gradientOf, loadNetwork, type Network, networkLayout, tensorsOf } from './network.ts';
import { Random } from './random.ts';
import { stepServer } from './server-optimizer.ts';
import { collect, extend, valuesOf } from './tensor-set.ts';

/** Rows fetched from the source at a time, at least one batch. */
const FETCH_ROWS = 4096;

/**
 * An update is a direction. Its length is set to learningRate × localSteps for everybody: how far apart a batch of
 * rare rows pulls says nothing of how right it is (measured on honest members: up to 70 times the cohort's median),
 * and with one length no honest member can be taken for an outlier, nor anybody outweigh the others.
 */
export function updateLength(spec: AutoencoderSpec): number {
  return spec.learningRate * spec.localSteps;
}

export function gradientsStep(spec: AutoencoderSpec, columns: Columns): RoundStep {
  const layout = networkLayout(spec.hidden, columns.width);
  return {
    kind: 'gradients',
    repeat: spec.rounds,
    combineBy: 'federation-rule',
    layout: () => layout,
    async train(rows, context) {
      const tf = await loadAlgebra();
      const anchor = loadNetwork(tf, layout, context.base);
      try {
        const { network, losses } = await runLocalSteps(tf, spec, columns, anchor, rows, context);
        const moved = await readNetwork(network, layout);
        const { update, distance } = directionOf(layout, context.base, moved, updateLength(spec));
        if (network !== anchor) tf.dispose(tensorsOf(network));
        return { update, samples: rows.count, metrics: { loss: meanOf(losses) / columns.width, distance } };
      } finally {
        tf.dispose(tensorsOf(anchor));
      }
    },
    inspect: (_, samples) => inspectSamples(samples),
    async slope(base, rows, weights) {
      const tf = await loadAlgebra();
      const network = loadNetwork(tf, layout, base);
      try {
        const encoded = encoderOf(columns, spec, base).encode(rows);
        const gradients = tf.tidy(() => {
          const input = tf.tensor2d(encoded, [rows.rows, columns.width]);
          const perScore = (weights ?? new Float32Array(rows.rows).fill(1 / rows.rows)).map(
            (weight) => weight / columns.width,
          );
          return gradientOf(tf, network, spec.activation, input, () => tf.tensor1d(perScore)).gradients;
        });
        const slope = await readNetwork(gradients, layout);
        tf.dispose(tensorsOf(gradients));
        return slope;
      } finally {
        tf.dispose(tensorsOf(network));
      }
    },
    apply({ base, combined, server }) {
      const step = stepServer(spec.server, spec.rounds, layout, {
        weights: base,
        delta: combined,
        state: server,
      });
      const weights = layout.map((tensor) => ({ ...tensor, values: valuesOf(step.weights, tensor) }));
      return { base: extend(base, weights), server: step.state };
    },
  };
}

async function runLocalSteps(
  tf: Algebra,
  spec: AutoencoderSpec,
  columns: Columns,
  anchor: Network,
  rows: RowSource,
  context: TrainContext,
): Promise<{ network: Network; losses: number[] }> {
  const encoder = encoderOf(columns, spec, context.base);
  let network = anchor;
  const losses: number[] = [];
  for await (const batch of drawBatches(spec, rows, context.seed)) {
    const encoded = tf.tensor2d(encoder.encode(batch), [batch.rows, columns.width]);
    const step = descend(tf, network, anchor, spec.activation, encoded, spec);
    losses.push(takeLoss(step.loss));
    if (network !== anchor) tf.dispose(tensorsOf(network));
    encoded.dispose();
    network = step.network;
    context.progress(losses.length, spec.localSteps);
  }
  return { network, losses };
}

/** Batches of rows drawn with replacement, `localSteps` of them; fetched many at a time. */
async function* drawBatches(spec: AutoencoderSpec, rows: RowSource, seed: number): AsyncIterable<RowBatch> {
  const random = new Random('batches', seed);
  const together = Math.max(1, Math.floor(FETCH_ROWS / spec.batch));
  for (let step = 0; step < spec.localSteps; step += together) {
    const batches = Math.min(together, spec.localSteps - step);
    const positions = Uint32Array.from({ length: batches * spec.batch }, () => random.below(rows.count));
    const { width, data } = await rows.pick(positions);
    for (let i = 0; i < batches; i += 1) {
      const from = i * spec.batch * width;
      yield { rows: spec.batch, width, data: data.subarray(from, from + spec.batch * width) };
    }
  }
}

let lastEncoder:
  | { readonly masses: Float32Array | undefined; readonly columns: Columns; readonly encoder: Encoder }
  | undefined;

/** The encoding is the same through all gradient rounds of a run: built once while its bytes stay the same. */
function encoderOf(columns: Columns, spec: AutoencoderSpec, base: TensorSet): Encoder {
  const masses = base.tensors.get('encoding.masses');
  if (lastEncoder?.columns === columns && sameValues(lastEncoder.masses, masses)) return lastEncoder.encoder;
  const encoder = new Encoder(columns, spec.encoding, base);
  lastEncoder = { masses, columns, encoder };
  return encoder;
}

function sameValues(a: Float32Array | undefined, b: Float32Array | undefined): boolean {
  return (
    a === b ||
    (a !== undefined && b !== undefined && a.length === b.length && a.every((value, i) => value === b[i]))
  );
}

function takeLoss(loss: Scalar): number {
  const value = loss.dataSync()[0] ?? 0;
  loss.dispose();
  return value;
}

async function readNetwork(network: Network, layout: Layout): Promise<TensorSet> {
  const values = await Promise.all(tensorsOf(network).map((tensor) => tensor.data<'float32'>()));
  return collect(layout.map((tensor, i) => ({ ...tensor, values: values[i] ?? new Float32Array() })));
}

/** `to` − `from`, scaled to `length`; and how long it was before. No movement at all stays none. */
function directionOf(
  layout: Layout,
  from: TensorSet,
  to: TensorSet,
  length: number,
): { update: TensorSet; distance: number } {
  const deltas = layout.map((tensor) => {
    const before = valuesOf(from, tensor);
    return {
      ...tensor,
      values: Float64Array.from(valuesOf(to, tensor), (value, i) => value - (before[i] ?? 0)),
    };
  });
  let squares = 0;
  for (const { values } of deltas) for (const value of values) squares += value * value;
  const distance = Math.sqrt(squares);
  const scale = distance > 0 ? length / distance : 0;
  const update = deltas.map((delta) => ({
    ...delta,
    values: Float32Array.from(delta.values, (value) => value * scale),
  }));
  return { update: collect(update), distance };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
