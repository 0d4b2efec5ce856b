/** What the demonstration computes itself, for comparison: models half-way through the run, and models trained alone. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { memberSeed } from '../../client/core/member-seed.ts';
import { openEncodedRows } from '../../client/data/encoded-rows.ts';
import { openRowStore } from '../../client/data/row-store.ts';
import { scoreBatch, scoreSource } from '../../client/flow/score-rows.ts';
import { train } from '../../client/flow/train.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import type { ModelFamily, RoundStep, RowBatch, RowSource, Scorer } from '../../shared/learning/family.ts';
import { quantile } from '../../shared/learning/metrics.ts';
import { decode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import type { RoundBase } from './follow-run.ts';
import type { TestSlice } from './material.ts';
import { type Judged, joined, type Measures, measure } from './measures.ts';

/** Rounds of a long run that are scored. */
export const SAMPLED_ROUNDS = 8;
/** Local rounds of an organisation alone: it learns its own rows in far fewer than a federation needs for all. */
export const LOCAL_ROUNDS = 100;

export interface EncodedSlice {
  readonly owner: string;
  readonly rows: RowBatch;
  readonly labels: Uint8Array;
}

/** In a slice, the line of the first row: line 1 is the header. */
const FIRST_LINE = 2;

/** Reads a slice as scoring reads it: values outside the declared range are scored like any other. */
export async function encodeSlice(
  { owner, file, rows }: TestSlice,
  { features }: Federation,
): Promise<EncodedSlice> {
  const width = features.length;
  const opened = await openEncodedRows({ source: { path: file, header: true }, features, ranges: false });
  const data = new Float32Array(rows.length * width);
  const labels: number[] = [];
  for await (const { batch, lines } of opened.batches) {
    data.set(batch.data, labels.length * width);
    for (const line of lines) labels.push(rows[line - FIRST_LINE]?.attack ? 1 : 0);
  }
  const read = { rows: labels.length, width, data: data.subarray(0, labels.length * width) };
  return { owner, rows: read, labels: Uint8Array.from(labels) };
}

/** AUROC and AP over all test rows of the models that the run would have given, had it ended at some of its rounds. */
export async function measureRounds(
  family: ModelFamily,
  bases: readonly RoundBase[],
  slices: readonly EncodedSlice[],
  blobs: string,
  signal: AbortSignal,
): Promise<Map<number, Pick<Measures, 'auroc' | 'ap'>>> {
  // Only the rounds of the last step leave all that a model needs.
  const complete = bases.filter(({ step }) => step === family.steps.at(-1)?.kind);
  const measured = new Map<number, Pick<Measures, 'auroc' | 'ap'>>();
  for (const { round, base } of spread(complete, SAMPLED_ROUNDS)) {
    const blob = readFileSync(join(blobs, base.slice(0, 2), base.slice(2)));
    const scored = await scoreSlices(family, family.assemble(decode(blob)), slices, signal);
    const { auroc, ap } = measure(joined(scored), Number.POSITIVE_INFINITY);
    measured.set(round, { auroc, ap });
  }
  return measured;
}

/** At most `count` of them, evenly, the first and the last among them; a single one is the last. */
export function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  const step = (all.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, at) => all[Math.round(at * step)]).filter(
    (one) => one !== undefined,
  );
}

/** What one organisation reaches with the same family on its own rows, and a threshold from its own held-back rows. */
export interface AloneJob {
  readonly federation: Federation;
  readonly family: ModelFamily;
  readonly name: string;
  /** Home of its node, whose rows are those it trained the federation's model with. */
  readonly home: string;
  readonly slice: EncodedSlice;
}

export async function measureAlone(job: AloneJob, signal: AbortSignal): Promise<Measures> {
  const { federation, family, name, home, slice } = job;
  const rows = await openRowStore(home, federation);
  const scorer = family.scorer(await trainAlone(family, rows.training, name, federation.seed, signal));
  try {
    const own = await scoreSource(scorer, rows.heldBack);
    const threshold = quantile(own, 1 - federation.threshold.alertBudget);
    return measure(await scored(scorer, slice), threshold);
  } finally {
    scorer.dispose();
    await rows.close();
  }
}

/** Every step of the family, with one update a round: its own. */
async function trainAlone(
  family: ModelFamily,
  rows: RowSource,
  name: string,
  seed: number,
  signal: AbortSignal,
): Promise<TensorSet> {
  let base = family.start();
  for (const step of family.steps)
    base = await repeatAlone(step, base, rows, `${seed}/${step.kind}/${name}`, signal);
  return family.assemble(base);
}

async function repeatAlone(
  step: RoundStep,
  from: TensorSet,
  rows: RowSource,
  draw: string,
  signal: AbortSignal,
): Promise<TensorSet> {
  let base = from;
  let server: TensorSet | undefined;
  for (let round = 0; round < Math.min(step.repeat, LOCAL_ROUNDS); round += 1) {
    const job = { step, rows, base, seed: memberSeed(round, draw), onProgress: () => {} };
    const { update, samples } = await train(job, signal);
    ({ base, server } = step.apply({ base, combined: update, samples, server }));
  }
  return base;
}

async function scoreSlices(
  family: ModelFamily,
  model: TensorSet,
  slices: readonly EncodedSlice[],
  signal: AbortSignal,
): Promise<Judged[]> {
  const scorer = family.scorer(model);
  try {
    const all: Judged[] = [];
    for (const slice of slices) {
      all.push(await scored(scorer, slice));
      // Ctrl-C and the ends of other processes are seen between slices.
      await breathe();
      signal.throwIfAborted();
    }
    return all;
  } finally {
    scorer.dispose();
  }
}

async function scored(scorer: Scorer, { rows, labels }: EncodedSlice): Promise<Judged> {
  return { scores: await scoreBatch(scorer, rows), labels };
}
