/** What can be asked of the coordinator's core. Time and randomness arrive here. */
import type { Federation, RuleSpec } from '../../shared/federation/schema.ts';
import type { StructureFinding } from '../../shared/learning/family.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type { CanaryResult } from '../ports/compute.ts';
import type { Contribution, DataOf, PlannedStep, PublicKeys, Role, VoteFacts } from './events.ts';

type Now = { readonly nowMs: number };
type By = { readonly by: string };

/** The facts of a header whose signature was verified by the caller. */
export interface SubmittedHeader {
  readonly federation: string;
  readonly run: string;
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly member: string;
  readonly base: string;
  readonly update: string;
  readonly bytes: number;
  readonly samples: number;
  readonly nonce: string;
}

export type Command =
  | {
      readonly type: 'found';
      readonly federation: Federation;
      readonly digest: string;
      readonly keys: PublicKeys;
    }
  | { readonly type: 'enrol-operator'; readonly name: string; readonly did: string }
  | (Now &
      By & {
        readonly type: 'issue-invite';
        readonly invite: string;
        readonly name: string;
        readonly role: Role;
        readonly secretHash: string;
        readonly validMs: number;
      })
  | (Now & { readonly type: 'join'; readonly secretHash: string; readonly did: string })
  | {
      readonly type: 'record-certificate';
      readonly member: string;
      readonly fingerprint: string;
      readonly notAfter: string;
    }
  | (By & {
      readonly type: 'change-standing';
      readonly member: string;
      readonly action: StandingAction;
      readonly reason: string;
      readonly maxSamples?: number;
    })
  | (Now & { readonly type: 'appeal'; readonly member: string; readonly note: string })
  | (By & { readonly type: 'change-automation'; readonly paused: boolean; readonly reason: string })
  | {
      readonly type: 'report-node';
      readonly member: string;
      readonly software: string;
      readonly backend: string;
      readonly modelVersion: number;
    }
  | (By & { readonly type: 'open-run'; readonly steps: readonly PlannedStep[]; readonly base: string })
  | (Now & { readonly type: 'open-round'; readonly nonce: string; readonly maxBytes: number })
  | (Now & {
      readonly type: 'submit';
      readonly member: string;
      readonly header: SubmittedHeader;
      readonly jws: string;
      readonly norm: number;
      readonly finding: StructureFinding | undefined;
    })
  | (Now & { readonly type: 'tick'; readonly moving: ReadonlySet<string> })
  /** What was accepted cannot be combined: fresh updates are asked for. */
  | {
      readonly type: 'give-up-attempt';
      readonly round: number;
      readonly attempt: number;
      readonly reason: string;
    }
  | (Now & {
      readonly type: 'screen';
      readonly round: number;
      readonly attempt: number;
      /** A verdict for every update received, in quarantine or not. */
      readonly judged: readonly { readonly member: string; readonly verdict: Verdict }[];
      readonly medianNorm: number;
      /** Digest of the evidence. */
      readonly evidence: string;
      readonly points: NonNullable<DataOf<'cohort_screened'>['points']>;
    })
  | {
      readonly type: 'record-aggregate';
      readonly round: number;
      readonly attempt: number;
      readonly rule: RuleSpec;
      readonly contributions: readonly Contribution[];
      readonly combined: string;
      readonly base: string;
      readonly server: string | null;
      readonly norm: number;
    }
  | {
      readonly type: 'record-candidate';
      readonly run: string;
      readonly weights: string;
      readonly bytes: number;
      readonly base: string;
    }
  | { readonly type: 'vote'; readonly run: string; readonly candidate: string; readonly vote: VoteFacts }
  | {
      readonly type: 'evaluate';
      readonly run: string;
      readonly candidate: string;
      readonly canary: CanaryResult | null;
      readonly currentCanary: CanaryResult | null;
    }
  | (By & {
      readonly type: 'decide-candidate';
      readonly decision: 'promote' | 'reject';
      readonly reason: string;
    })
  | {
      readonly type: 'record-promotion';
      readonly run: string;
      readonly weights: string;
      readonly manifest: string;
      readonly files: readonly { readonly name: string; readonly digest: string; readonly bytes: number }[];
    }
  | (By & { readonly type: 'roll-back'; readonly version: number; readonly reason: string })
  | { readonly type: 'fail-run'; readonly reason: string }
  | (By & { readonly type: 'abort-run'; readonly reason: string });

export type StandingAction =
  | 'approve'
  | 'suspend'
  | 'quarantine'
  | 'release'
  | 'reinstate'
  | 'revoke'
  /** Back to the standing before the last change, whoever made it. */
  | 'undo';
export type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
