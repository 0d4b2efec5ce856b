/** A whole run in one process: members train, every update is inspected and weighed, the base moves on. */
import { countedSamples, mediansCounted } from '../../coordinator/core/round/counted-samples.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { RoundStep, RowBatch, RowSource, StructureFinding } from '../../shared/learning/family.ts';
import { elementsOf, type Layout, type TensorSet } from '../../shared/tensors/tensor.ts';

export interface RunOptions {
  /** What gradient rounds are combined by. Default: trimmed mean with f = max(1, ⌊0.2 n⌋). */
  readonly gradients?: { readonly rule: 'weighted-mean' | 'trimmed-mean' };
  /** What the member at this position sends in place of its own update. */
  readonly tamper?: (update: TensorSet, member: number) => TensorSet;
  /** The samples that the member at this position claims in place of its own number. */
  readonly claim?: (samples: number, member: number) => number;
  /** Told the norms of the updates of every round, refused ones included. */
  readonly onNorms?: (step: string, norms: readonly number[]) => void;
  /** Told the base after each round. */
  readonly onRound?: (step: string, round: number, base: TensorSet) => void | Promise<void>;
}

export interface RunResult {
  readonly base: TensorSet;
  readonly model: TensorSet;
  readonly refused: readonly {
    readonly member: number;
    readonly step: string;
    readonly finding: StructureFinding;
  }[];
}

/** The norm gate of the coordinator's defaults: outside [0.1, 3] × median is refused. */
const NORM_GATE = { low: 0.1, high: 3 } as const;

/** Rows in memory, as a source. */
export function memoryRows(batch: RowBatch): RowSource {
  const slice = (from: number, until: number) => batch.data.subarray(from * batch.width, until * batch.width);
  return {
    count: batch.rows,
    async *scan(batchRows) {
      for (let from = 0; from < batch.rows; from += batchRows) {
        const until = Math.min(batch.rows, from + batchRows);
        yield { rows: until - from, width: batch.width, data: slice(from, until) };
      }
    },
    async pick(positions) {
      const data = new Float32Array(positions.length * batch.width);
      positions.forEach((position, i) => {
        data.set(slice(position, position + 1), i * batch.width);
      });
      return { rows: positions.length, width: batch.width, data };
    },
  };
}

/** The rows of several batches, in order. */
export function joinRows(batches: readonly RowBatch[]): RowBatch {
  const width = batches[0]?.width ?? 0;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at);
    at += batch.data.length;
  }
  return { rows, width, data };
}

/** Rows by position. */
export function takeRows(batch: RowBatch, positions: readonly number[]): RowBatch {
  const data = new Float32Array(positions.length * batch.width);
  positions.forEach((position, i) => {
    data.set(batch.data.subarray(position * batch.width, (position + 1) * batch.width), i * batch.width);
  });
  return { rows: positions.length, width: batch.width, data };
}

export async function runFederation(
  federation: Federation,
  members: readonly RowBatch[],
  options: RunOptions = {},
): Promise<RunResult> {
  const family = familyOf(federation);
  const sources = members.map(memoryRows);
  const refused: RunResult['refused'][number][] = [];
  let base = family.start();
  for (const step of family.steps) {
    let server: TensorSet | undefined;
    for (let round = 0; round < step.repeat; round += 1) {
      const results = [];
      for (const [member, source] of sources.entries()) {
        const seed = federation.seed * 1_000_003 + round * 1_009 + member;
        const trained = await step.train(source, { base, seed, progress: () => undefined });
        const samples = options.claim?.(trained.samples, member) ?? trained.samples;
        const update = options.tamper?.(trained.update, member) ?? trained.update;
        results.push({ member, samples, update });
      }
      const honest = countClaims(federation, step, screen(step, results, refused, options));
      const layout = step.layout(base);
      const samples = honest.reduce((sum, result) => sum + result.samples, 0);
      const combined = combine(step, layout, honest, options);
      const applied = step.apply({ base, combined, samples, server });
      ({ base, server } = applied);
      await options.onRound?.(step.kind, round, base);
    }
  }
  return { base, model: family.assemble(base), refused };
}

interface Received {
  readonly member: number;
  readonly samples: number;
  readonly update: TensorSet;
}

/** What counts of the samples claimed. */
function countClaims({ checks }: Federation, step: RoundStep, received: readonly Received[]): Received[] {
  const counted = countedSamples(
    received.map(({ samples }) => ({ claimed: samples, bound: checks.maxSamples })),
    mediansCounted(step.kind, checks.samplesPerMedian),
  );
  return received.map((one, i) => ({ ...one, samples: counted[i] ?? 0 }));
}

function screen(
  step: RoundStep,
  results: readonly Received[],
  refused: RunResult['refused'][number][],
  options: RunOptions,
): Received[] {
  const sound = results.filter(({ member, update, samples }) => {
    const finding = step.inspect(update, samples);
    if (finding !== undefined) refused.push({ member, step: step.kind, finding });
    return finding === undefined;
  });
  const norms = sound.map(({ update }) => normOf(update));
  options.onNorms?.(step.kind, norms);
  if (step.combineBy === 'weighted-mean') return sound;
  const median = medianOf(norms);
  return sound.filter(({ member }, i) => {
    const ratio = (norms[i] ?? 0) / median;
    if (ratio >= NORM_GATE.low && ratio <= NORM_GATE.high) return true;
    refused.push({
      member,
      step: step.kind,
      finding: { code: 'norm_outlier', message: `${ratio}`, facts: { ratio } },
    });
    return false;
  });
}

function combine(
  step: RoundStep,
  layout: Layout,
  received: readonly Received[],
  options: RunOptions,
): TensorSet {
  const trimmed = step.combineBy === 'federation-rule' && options.gradients?.rule !== 'weighted-mean';
  const tensors = new Map(
    layout.map((spec) => {
      const columns = received.map(({ update }) => update.tensors.get(spec.name) ?? new Float32Array());
      const weights = received.map(({ samples }) => samples);
      const length = elementsOf(spec);
      return [
        spec.name,
        trimmed ? trimmedMean(columns, length) : weightedMean(columns, weights, length),
      ] as const;
    }),
  );
  return { layout, tensors };
}

function weightedMean(
  columns: readonly Float32Array[],
  weights: readonly number[],
  length: number,
): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from({ length }, (_, at) => {
    let sum = 0;
    columns.forEach((column, i) => {
      sum += (column[at] ?? 0) * (weights[i] ?? 0);
    });
    return sum / total;
  });
}

function trimmedMean(columns: readonly Float32Array[], length: number): Float32Array {
  const trim = Math.max(1, Math.floor(0.2 * columns.length));
  const row = new Float64Array(columns.length);
  return Float32Array.from({ length }, (_, at) => {
    columns.forEach((column, i) => {
      row[i] = column[at] ?? 0;
    });
    row.sort();
    let sum = 0;
    for (let i = trim; i < row.length - trim; i += 1) sum += row[i] ?? 0;
    return sum / (row.length - 2 * trim);
  });
}

export function normOf(set: TensorSet): number {
  let squares = 0;
  for (const values of set.tensors.values()) for (const value of values) squares += value * value;
  return Math.sqrt(squares);
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >>> 1;
  return sorted.length % 2 === 1
    ? (sorted[middle] ?? 0)
    : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}
