/** Everything that can happen, in the words of the journal. Data is plain JSON; byte strings are hex or base64. */
import type { Federation, RuleSpec } from '../../shared/federation/schema.ts';
import type { ThresholdRule } from '../../shared/provenance/threshold-rule.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { CanaryResult } from '../ports/compute.ts';

export type Role = 'member' | 'integrator' | 'operator';
export type Standing = 'pending' | 'active' | 'suspended' | 'quarantined' | 'revoked';

/** Who acts when nobody does: what policy decides by itself. No operator can be called so. */
export const AUTOMATIC = 'automatic';

/** Public keys of the coordinator, by use. */
export interface PublicKeys {
  /** did:key (Ed25519): signs receipts and manifests. */
  readonly identity: string;
  /** C2SP note verifier key: signs tree heads. */
  readonly log: string;
  /** did:key (P-256): signs model.sig. */
  readonly publisher: string;
  /** Hex SHA-256 of the CA certificate (DER). */
  readonly caFingerprint: string;
}

/** One step of a run as planned when it opened. */
export interface PlannedStep {
  readonly step: string;
  readonly repeat: number;
  readonly rule: RuleSpec;
}

/** A round as frozen when it opened. */
export interface RoundFacts {
  readonly run: string;
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly base: string;
  /** Member ids, sorted. */
  readonly cohort: readonly string[];
  /** Members in quarantine whose updates are taken and judged at weight 0; not in `cohort`. Sorted. */
  readonly shadow?: readonly string[];
  readonly min: number;
  readonly target: number;
  readonly nonce: string;
  readonly seed: number;
  readonly maxBytes: number;
  readonly openedAtMs: number;
}

export interface Contribution {
  readonly member: string;
  readonly update: string;
  /** Samples counted, after the bound. */
  readonly samples: number;
  /** Part of the aggregate, in [0, 1]; parts sum to 1. */
  readonly weight: number;
  /** Cap on the member's influence that the rule was given, in (0, 1]; absent: 1. */
  readonly influence?: number;
  /** The first member of those whose updates are all but the same, of which this is one; absent: it is no copy. */
  readonly copyOf?: string;
  /** Journal index of `update_received`. */
  readonly index: number;
}

export interface VoteFacts {
  readonly member: string;
  readonly p99: number;
  readonly heldBack: number;
  readonly approve: boolean;
  readonly reason: string;
  /** The signed vote. */
  readonly jws: string;
}

export interface Evaluation {
  readonly threshold: number;
  readonly thresholdRule: ThresholdRule;
  readonly reports: readonly { readonly member: string; readonly p99: number }[];
  readonly approvals: number;
  readonly objections: number;
  readonly canary: CanaryResult | null;
  readonly passed: boolean;
  readonly reason: string;
}

type By = { readonly by: string };
type OfRound = { readonly round: number; readonly attempt: number };

interface EventData {
  federation_founded: { federation: Federation; digest: string; keys: PublicKeys };
  invite_issued: By & { invite: string; name: string; role: Role; secretHash: string; expiresAt: string };
  member_joined: {
    member: string;
    name: string;
    role: Role;
    did: string;
    invite: string;
    standing: Standing;
  };
  certificate_issued: { member: string; fingerprint: string; notAfter: string };
  standing_changed: By & {
    member: string;
    from: Standing;
    to: Standing;
    reason: string;
    maxSamples?: number;
  };
  node_reported: { member: string; software: string; backend: string; modelVersion: number };

  run_opened: By & { run: string; steps: readonly PlannedStep[]; base: string };
  round_opened: RoundFacts;
  update_received: OfRound & {
    member: string;
    update: string;
    bytes: number;
    samples: number;
    norm: number;
    /** The signed header. */
    header: string;
  };
  update_judged: OfRound & { member: string; update: string; verdict: Verdict };
  update_withdrawn: OfRound & { member: string; update: string; reason: string };
  collection_closed: OfRound & { because: 'target' | 'settled' | 'grace' | 'deadline' };
  cohort_screened: OfRound & {
    accepted: readonly string[];
    medianNorm: number;
    /** Digest of the evidence: measures, bounds and findings of this round. */
    evidence?: string;
    /** What the trail of each member keeps of this round. */
    points?: readonly {
      readonly member: string;
      readonly clean: boolean;
      readonly values: Readonly<Record<string, number>>;
      /** The member's new sums, by detector. */
      readonly sums: Readonly<Record<string, readonly number[]>>;
      /** The first member of those whose updates were all but the same. */
      readonly copyOf?: string;
    }[];
  };
  /** What automation would do, and why it did not: it observes, recommends, is paused, or its budget is spent. */
  standing_recommended: {
    member: string;
    to: Standing;
    reason: string;
    because: 'observe' | 'recommend' | 'paused' | 'budget' | 'quorum';
  };
  appeal_lodged: { member: string; note: string };
  automation_changed: By & { paused: boolean; reason: string };
  round_aggregated: OfRound & {
    rule: RuleSpec;
    contributions: readonly Contribution[];
    samples: number;
    combined: string;
    base: string;
    server: string | null;
    norm: number;
  };
  /** `evidence` where screening left too few. */
  round_abandoned: OfRound & { reason: string; evidence?: string };
  candidate_assembled: { run: string; weights: string; bytes: number; base: string };
  vote_received: VoteFacts & { run: string; candidate: string };
  candidate_evaluated: { run: string; candidate: string; evaluation: Evaluation };
  candidate_approved: By & { run: string; candidate: string; reason: string };
  candidate_rejected: By & { run: string; candidate: string; reason: string };
  model_promoted: {
    run: string;
    version: number;
    parent: string | null;
    weights: string;
    bytes: number;
    manifest: string;
    files: readonly { name: string; digest: string; bytes: number }[];
    threshold: number;
  };
  model_rolled_back: By & { from: number; to: number; reason: string };
  /** From its first step, without members whom the canary audit took out of sums that rest on what they sent before. */
  run_restarted: { run: string; without: readonly string[]; reason: string };
  run_failed: { run: string; reason: string };
  run_aborted: By & { run: string; reason: string };
}

export type EventType = keyof EventData;
/** An event: a type of the journal with its data. */
export type Event = {
  [T in EventType]: { readonly type: T; readonly data: Readonly<EventData[T]> };
}[EventType];
export type DataOf<T extends EventType> = Readonly<EventData[T]>;
/** An event as read back: with its place and time. */
export type Recorded = Event & { readonly index: number; readonly at: string };

/** Builds an event; only a shorthand that keeps type and data together. */
export function event<T extends EventType>(type: T, data: DataOf<T>): Event {
  return { type, data } as Event;
}
