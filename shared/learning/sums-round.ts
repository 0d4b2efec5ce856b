/** `sums`: the mean outer product of φ over the rows, and from it the Christoffel function of the pool. */
import type { ChristoffelSpec } from '../federation/schema.ts';
import { Refusal } from '../refusal.ts';
import type { TensorSet, TensorSpec } from '../tensors/tensor.ts';
import { loadAlgebra } from './backend.ts';
import type { Columns } from './columns.ts';
import { Encoder, encodedRange } from './encoding.ts';
import type { RoundStep, StructureFinding } from './family.ts';
import { loadMap, mapDimension } from './feature-map.ts';
import { firstFinding, inconsistent, inspectRange, inspectSamples } from './inspect-shares.ts';
import { eachBatch } from './statistics.ts';
import { addTriangle, choleskyOf, transposedInverse, triangleLength, unpackTriangle } from './symmetric.ts';
import { collect, extend, valuesOf } from './tensor-set.ts';

/** Rows whose outer products are summed in float32 before they enter the float64 sum. */
const BATCH_ROWS = 1024;
/** Chance that the trace of honest sums leaves its bound, for one draw of the map. */
const TRACE_MISS = 1e-12;
/** Relative; for comparing float32 means with exact bounds. */
const TOLERANCE = 1e-4;
/** Below 0 by less than this share of the trace, an eigenvalue is rounding. */
const EIGENVALUE_TOLERANCE = 1e-5;
/** Factor by which the ridge grows when rounding left the pooled sums indefinite by more than the ridge. */
const RIDGE_STEP = 10;
const RIDGE_STEPS = 12;

/** (L⁻¹)ᵀ, with which s(x) = ‖L⁻¹ φ(x)‖². */
export function whiteningSpec(spec: ChristoffelSpec, columns: Columns): TensorSpec {
  const side = mapDimension(spec, columns);
  return { name: 'whitening', shape: [side, side] };
}

/**
 * Sends G/n = E[φφᵀ], upper triangle. Sums are additive: combined with weights n it is the pool's, however the rows
 * are split. The base then gets L⁻¹ with G/N + λI = L Lᵀ, λ = ridge / N.
 */
export function sumsStep(spec: ChristoffelSpec, columns: Columns): RoundStep {
  const side = mapDimension(spec, columns);
  const gram = { name: 'gram', shape: [triangleLength(side)] };
  return {
    kind: 'sums',
    repeat: 1,
    combineBy: 'weighted-mean',
    audited: true,
    layout: () => [gram],
    async train(rows, context) {
      const tf = await loadAlgebra();
      const encoder = new Encoder(columns, spec.encoding, context.base);
      const map = loadMap(tf, spec, columns, context.base);
      const sums = new Float64Array(triangleLength(side));
      try {
        const samples = await eachBatch(rows, context, BATCH_ROWS, async (batch) => {
          const product = tf.tidy(() => {
            const mapped = map.apply(tf.tensor2d(encoder.encode(batch), [batch.rows, columns.width]));
            // Transposed first: the WebAssembly kernel is 20 times slower at transposing while it multiplies.
            return tf.matMul(tf.transpose(mapped), mapped);
          });
          addTriangle(await product.data(), side, sums);
          product.dispose();
        });
        const update = collect([{ ...gram, values: Float32Array.from(sums, (sum) => sum / samples) }]);
        return { update, samples, metrics: {} };
      } finally {
        map.dispose();
      }
    },
    inspect: (update, samples) => inspectSums(spec, columns, side, update, samples),
    apply({ base, combined, samples }) {
      const values = whiten(valuesOf(combined, gram), side, spec.ridge / samples);
      return { base: extend(base, [{ ...whiteningSpec(spec, columns), values }]), server: undefined };
    },
  };
}

function whiten(gram: Float32Array, side: number, ridge: number): Float32Array {
  const full = unpackTriangle(gram, side);
  for (let step = 0, shift = ridge; step < RIDGE_STEPS; step += 1, shift *= RIDGE_STEP) {
    const lower = choleskyOf(full, side, shift);
    if (lower !== undefined) return Float32Array.from(transposedInverse(lower, side));
  }
  throw new Refusal(
    'sums_inconsistent',
    `the pooled sums are not positive definite with a ridge of ${ridge}`,
    { ridge },
  );
}

function inspectSums(
  spec: ChristoffelSpec,
  columns: Columns,
  side: number,
  update: TensorSet,
  samples: number,
): StructureFinding | undefined {
  const gram = update.tensors.get('gram') ?? new Float32Array();
  const diagonal = diagonalOf(gram, side);
  const trace = diagonal.reduce((sum, value) => sum + value, 0);
  const bounds = spec.map === 'linear' ? linearBounds(spec, columns) : fourierBounds(spec);
  return firstFinding([
    () => inspectSamples(samples),
    () => inspectRange('trace(G)/N', trace, bounds.traceLow, bounds.traceHigh),
    () =>
      firstFinding(
        Array.from(diagonal, (value, i) => () => {
          return inspectRange(`G/N at [${i}, ${i}]`, value, bounds.low[i] ?? 0, bounds.high[i] ?? 0);
        }),
      ),
    () => inspectDefinite(gram, side, trace),
  ]);
}

interface SumBounds {
  readonly traceLow: number;
  readonly traceHigh: number;
  /** For each element of the diagonal. */
  readonly low: ArrayLike<number>;
  readonly high: ArrayLike<number>;
}

/**
 * φ_k² = (2/D) cos² ≤ 2/D. ‖φ(x)‖² = 1 + (1/D) Σ cos(2(w_k·x + b_k)), a mean of D independent terms in [−1, 1] with
 * mean 0 over the draw of b, so that by Hoeffding (1963) it misses 1 by t with a chance below 2 exp(−D t² / 2).
 */
function fourierBounds({ features }: ChristoffelSpec): SumBounds {
  const miss = Math.min(1, Math.sqrt((2 * Math.log(2 / TRACE_MISS)) / features));
  return {
    traceLow: 1 - miss,
    traceHigh: 1 + miss,
    low: new Float64Array(features),
    high: new Float64Array(features).fill((2 / features) * (1 + TOLERANCE)),
  };
}

/** φ = (1, x): the first element is 1, the others are means of squares of encoded columns. */
function linearBounds(spec: ChristoffelSpec, columns: Columns): SumBounds {
  const low = [1 - TOLERANCE, ...new Array<number>(columns.width).fill(0)];
  const high = [1 + TOLERANCE];
  for (const { feature, columns: width } of columns.places) {
    const range = encodedRange(spec.encoding, feature);
    const square = Math.max(range.low ** 2, range.high ** 2) * (1 + TOLERANCE);
    for (let at = 0; at < width; at += 1) high.push(square);
  }
  return { traceLow: low[0] ?? 0, traceHigh: high.reduce((sum, value) => sum + value, 0), low, high };
}

function diagonalOf(packed: Float32Array, side: number): Float64Array {
  const diagonal = new Float64Array(side);
  for (let i = 0, at = 0; i < side; at += side - i, i += 1) diagonal[i] = packed[at] ?? 0;
  return diagonal;
}

/** A mean of outer products has no eigenvalue below 0. */
function inspectDefinite(gram: Float32Array, side: number, trace: number): StructureFinding | undefined {
  const shift = EIGENVALUE_TOLERANCE * trace;
  if (choleskyOf(unpackTriangle(gram, side), side, shift) !== undefined) return undefined;
  return inconsistent(`G/N has an eigenvalue below −${shift}: no rows have such sums (bound 0)`, {
    bound: -shift,
  });
}
