/** The coordinator as a client node sees it. Adapters turn every failure into a `Refusal`. */
import type { SigningKey } from '../../shared/identity/keys.ts';
import type { Refusal } from '../../shared/refusal.ts';
import type { Ballot } from '../../shared/wire/generated/vedette/v1/Ballot.ts';
import type { JoinReply } from '../../shared/wire/generated/vedette/v1/JoinReply.ts';
import type { ModelRef } from '../../shared/wire/generated/vedette/v1/ModelRef.ts';
import type { OwnVerdict } from '../../shared/wire/generated/vedette/v1/OwnVerdict.ts';
import type { Release } from '../../shared/wire/generated/vedette/v1/Release.ts';
import type { RoundPlan } from '../../shared/wire/generated/vedette/v1/RoundPlan.ts';
import type { Situation } from '../../shared/wire/generated/vedette/v1/Situation.ts';
import type { StandingReply } from '../../shared/wire/generated/vedette/v1/StandingReply.ts';
import type { SubmitReply } from '../../shared/wire/generated/vedette/v1/SubmitReply.ts';
import type { TreeHead } from '../../shared/wire/generated/vedette/v1/TreeHead.ts';

export type {
  Ballot,
  JoinReply,
  ModelRef,
  OwnVerdict,
  Release,
  RoundPlan,
  Situation,
  StandingReply,
  SubmitReply,
  TreeHead,
};

/** What a node tells about itself, for the operator's overview. */
export interface NodeReport {
  readonly software: string;
  readonly backend: string;
  readonly modelVersion: number;
  readonly modelWeights: string;
}

export interface RoundProgress {
  readonly round: number;
  readonly attempt: number;
  readonly done: number;
  readonly of: number;
}

/** Moved and whole, in bytes. */
export type OnBytes = (moved: number, whole: number) => void;

/** What it takes to spend an invite. */
export interface Enrolment {
  readonly endpoint: string;
  readonly caPem: string;
  readonly federation: string;
  readonly key: SigningKey;
  readonly secret: string;
  /** PKCS#10, DER. */
  readonly csr: Uint8Array;
}

export interface Coordinator {
  /**
   * The situation now and at every change, taken up again after every cut, until `signal` aborts. Throws only what
   * waiting does not mend.
   *
   * @param treeSize asked anew at each attempt: the size of the last head that was checked
   */
  follow(
    treeSize: () => number,
    signal: AbortSignal,
    onCut: (refusal: Refusal) => void,
  ): AsyncIterable<Situation>;
  progress(progress: RoundProgress): Promise<void>;
  submit(header: string): Promise<SubmitReply>;
  /** The signed receipt. */
  vote(vote: string): Promise<string>;
  verdicts(fromRound: number): Promise<readonly OwnVerdict[]>;
  /** What was measured of this member's own update in a round, as JSON. Refuses `update_missing`, `evidence_missing`. */
  evidence(round: number): Promise<string>;
  /** This member's standing and what it rests on. */
  standing(): Promise<StandingReply>;
  /** A note to the operators; returns when it was lodged (ISO 8601). Refuses `appeal_without_cause`, `too_frequent`. */
  appeal(note: string): Promise<string>;
  report(report: NodeReport): Promise<void>;
  /** PEM of a fresh certificate for this node's transport key. */
  renew(csrDer: Uint8Array): Promise<string>;

  /** Version 0 is the newest. */
  release(version: number): Promise<Release>;
  head(treeSize: number): Promise<TreeHead>;

  /** Resumes by itself after a cut; returns when the blob is durable at the coordinator. */
  upload(digest: string, bytes: Uint8Array, signal: AbortSignal): Promise<void>;
  /** A blob into memory, its digest checked. Refuses `blob_too_large` before the first byte when it exceeds `maxBytes`. */
  downloadBytes(
    digest: string,
    maxBytes: number,
    signal: AbortSignal,
    onBytes?: OnBytes,
  ): Promise<Uint8Array>;
  /** A blob to a file, resuming what stands there already; the file appears only whole, its digest checked. */
  download(digest: string, path: string, signal: AbortSignal, onBytes?: OnBytes): Promise<void>;
  /** Goes on with this certificate. */
  useCertificate(certificatePem: string): void;
  close(): void;
}
