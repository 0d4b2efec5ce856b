/** The statistics rounds: what every family needs to know of the pooled rows before it can encode one. */
import type { Layout, TensorSet } from '../tensors/tensor.ts';
import type { Columns, Place } from './columns.ts';
import { encodingSpecs } from './encoding.ts';
import type { RoundStep, RowBatch, RowSource, StructureFinding, TrainContext } from './family.ts';
import { allotFineBins, COARSE_BINS, coarseBin, FINE_BINS, partOfBin, positionOf } from './grid.ts';
import { firstFinding, inconsistent, inspectSamples, inspectShares, short } from './inspect-shares.ts';
import { collect, extend, valuesOf } from './tensor-set.ts';

/** Rows read at a time. */
const BATCH_ROWS = 4096;

/**
 * `spans`: how the rows lie over the coarse bins of each numeric column, how often each category and each true.
 * `histograms`: the same over fine bins, cut where the pool is dense. Shares, not counts: the coordinator weights
 * them by samples, and the weighted mean is what one organisation with all the rows would have sent.
 *
 * @param finish adds to the base, after the last of these rounds, what the family's next round starts from
 */
export function statisticsSteps(columns: Columns, finish: (base: TensorSet) => TensorSet): RoundStep[] {
  if (columns.numerics.length === 0) return [spansStep(columns, finish)];
  return [spansStep(columns, (base) => base), histogramsStep(columns, finish)];
}

function spansStep(columns: Columns, finish: (base: TensorSet) => TensorSet): RoundStep {
  const specs = encodingSpecs(columns);
  const coarse = { name: 'coarse', shape: [columns.numerics.length, COARSE_BINS] };
  const categories = { name: 'categories', shape: [columns.categoryWidth] };
  const booleans = { name: 'booleans', shape: [columns.booleans.length] };
  const layout: Layout = [coarse, categories, booleans].filter(({ shape }) => shape[0] !== 0);
  return {
    kind: 'spans',
    repeat: 1,
    combineBy: 'weighted-mean',
    layout: () => layout,
    async train(rows, context) {
      const bins = new Float64Array(columns.numerics.length * COARSE_BINS);
      const frequencies = new Float64Array(columns.categoryWidth);
      const trues = new Float64Array(columns.booleans.length);
      const samples = await eachRow(rows, context, (row) => {
        countNumerics(columns.numerics, row, bins, COARSE_BINS, (_, position) => coarseBin(position));
        for (const { index, offset } of columns.categories)
          increment(frequencies, offset + (row[index] ?? 0));
        for (const { index, slot } of columns.booleans) if (row[index] === 1) increment(trues, slot);
      });
      const update = collect(
        [
          { ...coarse, values: sharesOf(bins, samples) },
          { ...categories, values: sharesOf(frequencies, samples) },
          { ...booleans, values: sharesOf(trues, samples) },
        ].filter(({ shape }) => shape[0] !== 0),
      );
      return { update, samples, metrics: {} };
    },
    inspect: (update, samples) =>
      firstFinding([
        () => inspectSamples(samples),
        () => inspectNumericShares(columns, update, 'coarse', COARSE_BINS, samples),
        () => inspectDeclaredBounds(columns, update),
        () => inspectCategoryShares(columns, update, samples),
        () => inspectBooleanShares(columns, update, samples),
      ]),
    apply({ base, combined }) {
      const entries = [];
      if (columns.numerics.length > 0) {
        const shares = valuesOf(combined, coarse);
        const bins = new Float32Array(shares.length);
        for (const { slot } of columns.numerics) {
          bins.set(
            allotFineBins(shares.subarray(slot * COARSE_BINS, (slot + 1) * COARSE_BINS)),
            slot * COARSE_BINS,
          );
        }
        entries.push({ ...specs.bins, values: bins });
      }
      if (columns.categoryWidth > 0)
        entries.push({ ...specs.categories, values: valuesOf(combined, categories) });
      if (columns.booleans.length > 0)
        entries.push({ ...specs.booleans, values: valuesOf(combined, booleans) });
      return { base: finish(extend(base, entries)), server: undefined };
    },
  };
}

function histogramsStep(columns: Columns, finish: (base: TensorSet) => TensorSet): RoundStep {
  const specs = encodingSpecs(columns);
  const fine = { name: 'fine', shape: [columns.numerics.length, FINE_BINS] };
  return {
    kind: 'histograms',
    repeat: 1,
    combineBy: 'weighted-mean',
    layout: () => [fine],
    async train(rows, context) {
      const allotted = valuesOf(context.base, specs.bins);
      const starts = startsOf(allotted);
      const counts = new Float64Array(columns.numerics.length * FINE_BINS);
      const samples = await eachRow(rows, context, (row) => {
        countNumerics(columns.numerics, row, counts, FINE_BINS, (slot, position) => {
          const coarse = coarseBin(position);
          const at = slot * COARSE_BINS + coarse;
          return (starts[at] ?? 0) + Math.floor(partOfBin(position, coarse) * (allotted[at] ?? 0));
        });
      });
      return { update: collect([{ ...fine, values: sharesOf(counts, samples) }]), samples, metrics: {} };
    },
    inspect: (update, samples) =>
      firstFinding([
        () => inspectSamples(samples),
        () => inspectNumericShares(columns, update, 'fine', FINE_BINS, samples),
      ]),
    apply: ({ base, combined }) => ({
      base: finish(extend(base, [{ ...specs.masses, values: valuesOf(combined, fine) }])),
      server: undefined,
    }),
  };
}

/** Calls `visit` with each raw row in turn; returns how many there were. */
export async function eachRow(
  rows: RowSource,
  context: TrainContext,
  visit: (row: Float32Array) => void,
): Promise<number> {
  return eachBatch(rows, context, BATCH_ROWS, ({ rows: count, width, data }) => {
    for (let row = 0; row < count; row += 1) visit(data.subarray(row * width, (row + 1) * width));
  });
}

/** Calls `visit` with each batch in turn and reports progress; returns how many rows there were. */
export async function eachBatch(
  rows: RowSource,
  context: TrainContext,
  batchRows: number,
  visit: (batch: RowBatch) => void | Promise<void>,
): Promise<number> {
  let done = 0;
  for await (const batch of rows.scan(batchRows)) {
    await visit(batch);
    done += batch.rows;
    context.progress(done, rows.count);
  }
  return done;
}

function countNumerics(
  numerics: readonly Place[],
  row: Float32Array,
  counts: Float64Array,
  stride: number,
  binOf: (slot: number, position: number) => number,
): void {
  for (const { index, slot } of numerics)
    increment(counts, slot * stride + binOf(slot, positionOf(row[index] ?? 0)));
}

function increment(counts: Float64Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1;
}

function sharesOf(counts: Float64Array, samples: number): Float32Array {
  return Float32Array.from(counts, (count) => (samples > 0 ? count / samples : 0));
}

/** For every column, the first fine bin of each coarse bin. */
function startsOf(allotted: Float32Array): Uint32Array {
  const starts = new Uint32Array(allotted.length);
  for (let at = 1; at < allotted.length; at += 1) {
    if (at % COARSE_BINS !== 0) starts[at] = (starts[at - 1] ?? 0) + (allotted[at - 1] ?? 0);
  }
  return starts;
}

function inspectNumericShares(
  columns: Columns,
  update: TensorSet,
  tensor: string,
  bins: number,
  samples: number,
) {
  const values = update.tensors.get(tensor) ?? new Float32Array();
  return firstFinding(
    columns.numerics.map(({ feature, slot }) => () => {
      return inspectShares(feature.name, values.subarray(slot * bins, (slot + 1) * bins), samples);
    }),
  );
}

/** Nobody has rows where the federation says there are none: the data checks refuse them before they are counted. */
function inspectDeclaredBounds(columns: Columns, update: TensorSet): StructureFinding | undefined {
  const values = update.tensors.get('coarse') ?? new Float32Array();
  return firstFinding(
    columns.numerics.map(({ feature, slot }) => () => {
      if (feature.type !== 'numeric') return undefined;
      const { name, min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = feature;
      const shares = values.subarray(slot * COARSE_BINS, (slot + 1) * COARSE_BINS);
      const [first, last] = [binOf(min), binOf(max)];
      const outside = shares.reduce((sum, share, bin) => (bin < first || bin > last ? sum + share : sum), 0);
      if (outside === 0) return undefined;
      return inconsistent(`${name}: ${short(outside)} of the rows lie outside ${min} … ${max}`, {
        feature: name,
        value: outside,
        bound: 0,
      });
    }),
  );
}

/** The coarse bin of a value as rows hold it, in float32. */
function binOf(value: number): number {
  return coarseBin(positionOf(Math.fround(value)));
}

function inspectCategoryShares(columns: Columns, update: TensorSet, samples: number) {
  const values = update.tensors.get('categories') ?? new Float32Array();
  return firstFinding(
    columns.categories.map(({ feature, offset, columns: width }) => () => {
      return inspectShares(feature.name, values.subarray(offset, offset + width), samples);
    }),
  );
}

function inspectBooleanShares(columns: Columns, update: TensorSet, samples: number) {
  const values = update.tensors.get('booleans') ?? new Float32Array();
  return firstFinding(
    columns.booleans.map(({ feature, slot }) => () => {
      const share = values[slot] ?? 0;
      return inspectShares(feature.name, Float32Array.of(share, 1 - share), samples);
    }),
  );
}
