/** `moments`: how far the encoded rows spread, which sets the scale of the random features. */
import type { ChristoffelSpec } from '../federation/schema.ts';
import type { TensorSet } from '../tensors/tensor.ts';
import type { Columns } from './columns.ts';
import { Encoder, encodedRange } from './encoding.ts';
import type { RoundStep, StructureFinding } from './family.ts';
import { drawMap } from './feature-map.ts';
import {
  firstFinding,
  inconsistent,
  inspectRange,
  inspectSamples,
  inspectShares,
  short,
} from './inspect-shares.ts';
import { eachBatch } from './statistics.ts';
import { collect, extend, valuesOf } from './tensor-set.ts';

const BATCH_ROWS = 4096;
/** For comparing float32 means of squares. */
const TOLERANCE = 1e-4;
const SQUARE = { name: 'square', shape: [1] };

/** Sends E[x] and E[‖x‖²]; together they give T = E[‖x‖²] − ‖E[x]‖², the trace of the pooled covariance. */
export function momentsStep(spec: ChristoffelSpec, columns: Columns, seed: number): RoundStep {
  const mean = { name: 'mean', shape: [columns.width] };
  return {
    kind: 'moments',
    repeat: 1,
    combineBy: 'weighted-mean',
    layout: () => [mean, SQUARE],
    async train(rows, context) {
      const encoder = new Encoder(columns, spec.encoding, context.base);
      const sums = new Float64Array(columns.width);
      let squares = 0;
      const samples = await eachBatch(rows, context, BATCH_ROWS, (batch) => {
        const encoded = encoder.encode(batch);
        for (let at = 0; at < encoded.length; at += 1) {
          const value = encoded[at] ?? 0;
          const column = at % columns.width;
          sums[column] = (sums[column] ?? 0) + value;
          squares += value * value;
        }
      });
      const update = collect([
        { ...mean, values: Float32Array.from(sums, (sum) => sum / samples) },
        { ...SQUARE, values: Float32Array.of(squares / samples) },
      ]);
      return { update, samples, metrics: {} };
    },
    inspect: (update, samples) => inspectMoments(spec, columns, update, samples),
    apply({ base, combined }) {
      const trace = (valuesOf(combined, SQUARE)[0] ?? 0) - squaredNorm(valuesOf(combined, mean));
      return { base: extend(base, drawMap(spec, columns, seed, trace)), server: undefined };
    },
  };
}

function inspectMoments(
  spec: ChristoffelSpec,
  columns: Columns,
  update: TensorSet,
  samples: number,
): StructureFinding | undefined {
  const mean = update.tensors.get('mean') ?? new Float32Array();
  const square = update.tensors.get('square')?.[0] ?? 0;
  const perColumn = columns.places.map(({ feature, column, columns: width }) => () => {
    if (feature.type === 'category')
      return inspectShares(feature.name, mean.subarray(column, column + width), samples);
    const { low, high } = encodedRange(spec.encoding, feature);
    return inspectRange(`${feature.name}: mean`, mean[column] ?? 0, low, high);
  });
  return firstFinding([
    () => inspectSamples(samples),
    ...perColumn,
    () => inspectSquare(spec, columns, mean, square),
  ]);
}

/** ‖E[x]‖² ≤ E[‖x‖²] (Jensen) ≤ what the range of each column allows: x² ≤ (low + high) x − low high on [low, high]. */
function inspectSquare(
  spec: ChristoffelSpec,
  columns: Columns,
  mean: Float32Array,
  square: number,
): StructureFinding | undefined {
  const least = squaredNorm(mean);
  let most = 0;
  for (const { feature, column, columns: width } of columns.places) {
    const { low, high } = encodedRange(spec.encoding, feature);
    for (let at = column; at < column + width; at += 1) most += (low + high) * (mean[at] ?? 0) - low * high;
  }
  if (square >= least - TOLERANCE && square <= most + TOLERANCE * columns.width) return undefined;
  return inconsistent(
    `the mean of ‖x‖² is ${short(square)}; with the means sent it lies in [${short(least)}, ${short(most)}]`,
    {
      value: square,
      low: least,
      high: most,
    },
  );
}

function squaredNorm(vector: Float32Array): number {
  let sum = 0;
  for (const value of vector) sum += value * value;
  return sum;
}
