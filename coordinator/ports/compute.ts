/** The heavy arithmetic, off the event loop. Adapters run it in a worker thread. */
import type { Federation, RuleSpec } from '../../shared/federation/schema.ts';
import type { StructureFinding } from '../../shared/learning/family.ts';
import type { Layout } from '../../shared/tensors/tensor.ts';
import type { AuditMeasures, CohortMeasures } from '../core/checks/measures.ts';
import type { BlobLocation } from './blobs.ts';

export interface InspectJob {
  readonly federation: Federation;
  readonly step: string;
  readonly base: BlobLocation;
  readonly update: BlobLocation;
  /** Samples claimed in the header. */
  readonly samples: number;
}

/** What one pass over an update's bytes finds. `finding` is the first thing wrong, if any. */
export interface Inspection {
  /** L2 norm over all elements; 0 when the bytes could not be read as tensors. */
  readonly norm: number;
  readonly elements: number;
  readonly finding?: StructureFinding;
}

export interface AggregateJob {
  readonly federation: Federation;
  readonly step: string;
  /** Sorted by member id; the order fixes the bytes. */
  readonly contributions: readonly WeighedUpdate[];
  readonly rule: RuleSpec;
  readonly base: BlobLocation;
  readonly server: BlobLocation | undefined;
  /** The combined vector of the round before, of the same step: the centre of centred clipping. */
  readonly previous: BlobLocation | undefined;
  /** Canary rows; the normal ones are the root set of `fltrust`. */
  readonly canaryFile: string | undefined;
  /** Of the round: everything random in a rule comes from it. */
  readonly seed: number;
  /** Folder-and-prefix on the blobs' volume: results are written to `<out>.combined`, `<out>.base`, `<out>.server`. */
  readonly out: string;
}

export interface WeighedUpdate {
  readonly member: string;
  readonly update: BlobLocation;
  /** Samples counted. */
  readonly weight: number;
  /** Cap on the influence of this member, in (0, 1]; 1: none. */
  readonly influence: number;
  /** The first member of those whose updates are all but the same; undefined: it is no copy. */
  readonly copyOf?: string | undefined;
}

/** One pass over the updates of a cohort. */
export interface MeasureJob {
  readonly federation: Federation;
  readonly step: string;
  readonly base: BlobLocation;
  /** Sorted by member id. */
  readonly updates: readonly { member: string; update: BlobLocation }[];
  readonly previous: BlobLocation | undefined;
  readonly canaryFile: string | undefined;
  /** Everyone asked in a round so far. Canaries under any other name are nobody's. */
  readonly members: readonly string[];
}

/** The sums of a cohort, with and without each member and pair, on the canary set. */
export interface AuditJob {
  readonly federation: Federation;
  readonly step: string;
  readonly base: BlobLocation;
  /** Sorted by member id. */
  readonly contributions: readonly WeighedUpdate[];
  readonly canaryFile: string;
  /** As for `MeasureJob`. */
  readonly members: readonly string[];
}

export interface AggregateResult {
  readonly combined: string;
  readonly base: string;
  readonly server: string | undefined;
  /** L2 norm of the combined vector. */
  readonly norm: number;
  /** Part of each contribution in the combined vector, in the order given; they sum to 1. */
  readonly shares: readonly number[];
}

/** How a candidate does on the canary set. */
export interface CanaryResult {
  readonly auroc: number;
  readonly ap: number;
  readonly normals: number;
  readonly anomalies: number;
  /** AUROC by anomaly label. */
  readonly families: Readonly<Record<string, number>>;
}

export interface Compute {
  inspect(job: InspectJob): Promise<Inspection>;
  /** Combines by columns from disk, then applies the family's step. Same inputs, same bytes. */
  aggregate(job: AggregateJob): Promise<AggregateResult>;
  /** What the checks against the cohort are told. Refuses `update_shape` when an update has another layout. */
  measure(job: MeasureJob): Promise<CohortMeasures>;
  /** The leave-one and leave-pair-out canary audit; undefined for a step that leaves no model to score with. */
  audit(job: AuditJob): Promise<AuditMeasures | undefined>;
  /** Writes the published model assembled from a base to `out`. */
  assemble(job: { federation: Federation; base: BlobLocation; out: string }): Promise<string>;
  /** The first base of a run, written to `out`. */
  start(job: { federation: Federation; out: string }): Promise<string>;
  layout(job: { federation: Federation; step: string; base: BlobLocation }): Promise<Layout>;
  evaluate(job: { federation: Federation; model: BlobLocation; canaryFile: string }): Promise<CanaryResult>;
  /** Which tf.js backend does the algebra: `tensorflow` (native) or `wasm`. */
  backend(): Promise<string>;
  close(): Promise<void>;
}
