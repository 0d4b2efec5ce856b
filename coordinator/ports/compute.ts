/** The heavy arithmetic, off the event loop. Adapters run it in a worker thread. */
import type { Federation, RuleSpec } from '../../shared/federation/schema.ts';
import type { StructureFinding } from '../../shared/learning/family.ts';
import type { Layout } from '../../shared/tensors/tensor.ts';
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
  readonly contributions: readonly { member: string; update: BlobLocation; weight: number }[];
  readonly rule: RuleSpec;
  readonly base: BlobLocation;
  readonly server: BlobLocation | undefined;
  /** Folder-and-prefix on the blobs' volume: results are written to `<out>.combined`, `<out>.base`, `<out>.server`. */
  readonly out: string;
}

export interface AggregateResult {
  readonly combined: string;
  readonly base: string;
  readonly server: string | undefined;
  /** L2 norm of the combined vector. */
  readonly norm: number;
}

export interface GateJob {
  readonly federation: Federation;
  readonly step: string;
  readonly base: BlobLocation;
  readonly updates: readonly { member: string; update: BlobLocation }[];
  readonly canaryFile: string;
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
  /** Canary AUROC of each update alone on top of the base; for gradient steps. */
  gate(job: GateJob): Promise<readonly { member: string; auroc: number }[]>;
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
