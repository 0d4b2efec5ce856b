/**
 * A model family is a plug. The round, the signatures, the checks and the registry know only vectors;
 * what the vectors mean is said here. Pure but for tf.js inside: no files, no network, no clock.
 */
import type { RefusalCode, RefusalFacts } from '../refusal.ts';
import type { Layout, TensorSet } from '../tensors/tensor.ts';

/** Raw rows, row-major: numeric value, category index (vocabulary length = "other"), or boolean 0/1. */
export interface RowBatch {
  readonly rows: number;
  /** Number of declared features. */
  readonly width: number;
  /** rows × width */
  readonly data: Float32Array;
}

/** Rows to learn from, never all in memory. The order is stable. */
export interface RowSource {
  readonly count: number;
  scan(batchRows: number): AsyncIterable<RowBatch>;
  /** Rows by position, in the order asked. */
  pick(positions: Uint32Array): Promise<RowBatch>;
}

/** How the updates of a step are combined: sums and statistics always by weighted mean, gradients by the federation's rule. */
export type CombineBy = 'weighted-mean' | 'federation-rule';

/** What a client gives back for one round. */
export interface LocalResult {
  /** Per-row means for sums and statistics (weighted by `samples` when combined); a delta for gradients. */
  readonly update: TensorSet;
  /** Rows that entered. */
  readonly samples: number;
  /** Finite numbers for the update header, e.g. loss. */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface TrainContext {
  /** Base tensors of this round; empty in the first. */
  readonly base: TensorSet;
  /** Seed of this round and member, for batches. */
  readonly seed: number;
  /** Told after every batch or local step: the coordinator waits for those who move. */
  progress(done: number, of: number): void;
}

/** What a step's structure check found wrong with an update, or nothing. */
export interface StructureFinding {
  readonly code: RefusalCode;
  readonly message: string;
  readonly facts: RefusalFacts;
}

/** One kind of round in a run: what clients compute and what becomes of the combined vector. */
export interface RoundStep {
  /** e.g. `spans`, `histograms`, `moments`, `sums`, `gradients` */
  readonly kind: string;
  /** How many rounds of this step in a row. */
  readonly repeat: number;
  readonly combineBy: CombineBy;
  /** Layout of an update, given the base. */
  layout(base: TensorSet): Layout;
  /** Client side: one local computation. */
  train(rows: RowSource, context: TrainContext): Promise<LocalResult>;
  /** Coordinator side: can these values come from that many honest rows? Norm, shape and finiteness are checked elsewhere. */
  inspect(update: TensorSet, samples: number): StructureFinding | undefined;
  /** Coordinator side: whether the base after this round can be assembled to a model, so that sums can be audited by it. */
  readonly audited?: boolean;
  /**
   * Coordinator side: the gradient at the base of Σ wᵣ · score(r) over these rows, in the layout of an update.
   * Default weights: 1/rows each, which makes it the mean.
   */
  slope?(base: TensorSet, rows: RowBatch, weights?: Float32Array): Promise<TensorSet>;
  /**
   * Coordinator side: the combined vector becomes the base of the next round.
   * `server` is state that clients never see (optimiser moments). Deterministic: same inputs, same bytes.
   */
  apply(input: { base: TensorSet; combined: TensorSet; samples: number; server: TensorSet | undefined }): {
    base: TensorSet;
    server: TensorSet | undefined;
  };
}

/** One feature's part in a score. */
export interface Attribution {
  readonly feature: string;
  /** As in the event: a number, a category, true or false. */
  readonly value: string | number | boolean;
  /** What the model finds usual in its place. */
  readonly expected: string | number | boolean;
  /** Part of the excess score, in [0, 1]; parts of one event sum to at most 1. */
  readonly share: number;
}

export interface Scorer {
  /** One score a row, higher is stranger. */
  score(batch: RowBatch): Promise<Float32Array>;
  /** The features behind the score of each row, strongest first, at most `top`. */
  explain(batch: RowBatch, top: number): Promise<Attribution[][]>;
  /** Frees tensors held by the scorer. */
  dispose(): void;
}

export interface ModelFamily {
  readonly name: string;
  /** The steps of a run, in order. */
  readonly steps: readonly RoundStep[];
  /** The base of the first round. Deterministic in the federation's seed. */
  start(): TensorSet;
  /** The published model, from the base after the last round: all that scoring needs, encoding included. */
  assemble(base: TensorSet): TensorSet;
  scorer(model: TensorSet): Scorer;
}
