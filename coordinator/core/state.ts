/** What the journal adds up to. Unions, not flags: a deadline cannot be read in a phase that has none. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { Verdict } from '../../shared/verdict.ts';
import type {
  Contribution,
  DataOf,
  Evaluation,
  PlannedStep,
  PublicKeys,
  Role,
  RoundFacts,
  Standing,
  VoteFacts,
} from './events.ts';
import type { Conduct } from './standing/conduct.ts';
import type { Trail } from './standing/trail.ts';

/** A step of a member's standing, and why. */
export interface StandingChange {
  readonly from: Standing;
  readonly to: Standing;
  readonly reason: string;
  /** An operator, or `automatic`. */
  readonly by: string;
  readonly at: string;
  /** The newest round then; 0 before the first. */
  readonly round: number;
}

/** What a member wrote about its standing or a refused update. */
export interface Appeal {
  readonly note: string;
  readonly at: string;
}

export type Recommendation = Omit<DataOf<'standing_recommended'>, 'member'>;

export interface Member {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly did: string;
  readonly standing: Standing;
  /** The most samples an update may claim; undefined: the federation's bound. */
  readonly maxSamples: number | undefined;
  readonly since: string;
  readonly reason: string;
  readonly accepted: number;
  readonly refused: number;
  readonly software: string;
  readonly backend: string;
  readonly modelVersion: number;
  readonly conduct: Conduct;
  readonly trail: Trail;
  /** The last changes of standing, newest last. */
  readonly changes: readonly StandingChange[];
  /** Since it was last active; undefined when there is none. */
  readonly appeal: Appeal | undefined;
  /** What automation would do and may not; until the standing changes or it no longer holds. */
  readonly recommendation: Recommendation | undefined;
}

export interface Invite {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  readonly secretHash: string;
  readonly expiresAt: string;
  readonly spent: boolean;
}

/** An update that passed the door. */
export interface Received {
  readonly member: string;
  readonly update: string;
  readonly bytes: number;
  readonly samples: number;
  readonly norm: number;
  readonly header: string;
  readonly index: number;
}

/** Where one cohort member, or one in quarantine, stands in the open round. `refused`: judged and kept out. */
export type Seat =
  | { readonly state: 'awaited' }
  | { readonly state: 'received'; readonly received: Received }
  | { readonly state: 'refused'; readonly update: string; readonly verdict: Verdict; readonly index: number }
  | { readonly state: 'withdrawn' };

export type Seats = ReadonlyMap<string, Seat>;

/** Everyone asked in a round. Only `seats` count: for quorum, target, closing, the aggregate and the vote. */
export interface Seating {
  readonly seats: Seats;
  /** Members in quarantine: taken and judged, at weight 0; never waited for. */
  readonly shadow: Seats;
}

/** Where a run stands. */
export type Phase =
  | { readonly phase: 'opening'; readonly attempt: number }
  | (Seating & {
      readonly phase: 'collecting';
      readonly round: RoundFacts;
      readonly quorumAtMs: number | undefined;
    })
  | (Seating & { readonly phase: 'screening'; readonly round: RoundFacts })
  | (Seating & {
      readonly phase: 'aggregating';
      readonly round: RoundFacts;
      readonly medianNorm: number;
    })
  | { readonly phase: 'assembling' }
  | {
      readonly phase: 'voting';
      readonly candidate: Candidate;
      readonly votes: ReadonlyMap<string, RecordedVote>;
    }
  | { readonly phase: 'deciding'; readonly candidate: Candidate; readonly evaluation: Evaluation }
  | {
      readonly phase: 'promoting';
      readonly candidate: Candidate;
      readonly evaluation: Evaluation;
      readonly approvals: readonly { readonly by: string; readonly reason: string }[];
    };

/** A vote with the journal index of its entry. */
export type RecordedVote = VoteFacts & { readonly index: number };

export interface Candidate {
  readonly weights: string;
  readonly bytes: number;
  readonly base: string;
  /** Members whose update entered the last round: they may vote. */
  readonly electorate: readonly string[];
  readonly openedAtMs: number;
}

export interface Run {
  readonly run: string;
  readonly steps: readonly PlannedStep[];
  /** Index into steps, and rounds of that step already done. */
  readonly at: { readonly step: number; readonly done: number };
  readonly roundsDone: number;
  readonly base: string;
  /** The base of the first round. */
  readonly start: string;
  readonly server: string | undefined;
  /** Members that are not asked for the rest of the run. */
  readonly without: readonly string[];
  readonly phase: Phase;
  /** Journal index of `run_opened`. */
  readonly index: number;
  readonly lastContributors: readonly string[];
}

/** A round that ended, in a line. Its full story is in the journal between the two indexes. */
export interface RoundSummary {
  readonly round: number;
  readonly attempt: number;
  readonly run: string;
  readonly step: string;
  readonly outcome: 'open' | 'aggregated' | 'abandoned' | 'aborted';
  readonly cohort: readonly string[];
  /** Members in quarantine that were asked too. */
  readonly shadow: readonly string[];
  readonly accepted: number;
  readonly refused: readonly { readonly member: string; readonly code: string }[];
  readonly base: string;
  readonly result: string;
  readonly openedAt: string;
  readonly seconds: number;
  readonly firstIndex: number;
  readonly lastIndex: number;
}

export interface Model {
  readonly version: number;
  readonly run: string;
  readonly weights: string;
  readonly bytes: number;
  readonly parent: string | null;
  readonly manifest: string;
  readonly files: readonly { readonly name: string; readonly digest: string; readonly bytes: number }[];
  readonly threshold: number;
  readonly evaluation: Evaluation;
  readonly createdAt: string;
  readonly index: number;
}

/** A candidate that did not become a model. */
export interface Rejection {
  readonly run: string;
  readonly weights: string;
  readonly reason: string;
  readonly at: string;
}

export interface Judged {
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly update: string;
  readonly verdict: Verdict;
  readonly index: number;
}

/** The brake on everything that happens to a standing by itself. */
export interface Automation {
  readonly paused: boolean;
  readonly by: string;
  readonly reason: string;
  /** When it was last paused or resumed; empty: never. */
  readonly since: string;
  /** By member, when its newest automatic quarantine began, in ms since the epoch: those that the budget may still count. */
  readonly quarantinedAtMs: ReadonlyMap<string, number>;
}

export interface State {
  /** With every option of this version. */
  readonly federation: Federation | undefined;
  /** As recorded, perhaps by an earlier version; what `federationDigest` is of, and manifests repeat. */
  readonly definition: Federation | undefined;
  readonly federationDigest: string;
  readonly keys: PublicKeys | undefined;
  readonly invites: ReadonlyMap<string, Invite>;
  /** By member id. */
  readonly members: ReadonlyMap<string, Member>;
  /** did → member id. */
  readonly dids: ReadonlyMap<string, string>;
  readonly automation: Automation;
  readonly run: Run | undefined;
  readonly runs: number;
  readonly rounds: readonly RoundSummary[];
  readonly models: readonly Model[];
  readonly rejections: readonly Rejection[];
  /** The last submission judged, by member: makes `submit` idempotent and late updates countable. */
  readonly lastJudged: ReadonlyMap<string, Judged>;
  /** Version in use; 0 before the first. */
  readonly current: number;
  /** Entries folded in. */
  readonly size: number;
}

export const EMPTY: State = {
  federation: undefined,
  definition: undefined,
  federationDigest: '',
  keys: undefined,
  invites: new Map(),
  members: new Map(),
  dids: new Map(),
  automation: { paused: false, by: '', reason: '', since: '', quarantinedAtMs: new Map() },
  run: undefined,
  runs: 0,
  rounds: [],
  models: [],
  rejections: [],
  lastJudged: new Map(),
  current: 0,
  size: 0,
};

export type CollectingPhase = Extract<Phase, { phase: 'collecting' }>;

/** Seats whose update passed the door. */
export function receivedOf(seats: Seats): Received[] {
  return [...seats.values()].flatMap((seat) => (seat.state === 'received' ? [seat.received] : []));
}

/** The seat of one member, counted or in shadow. */
export function seatOf({ seats, shadow }: Seating, member: string): Seat | undefined {
  return seats.get(member) ?? shadow.get(member);
}

export function contributionsTotal(contributions: readonly Contribution[]): number {
  return contributions.reduce((sum, contribution) => sum + contribution.samples, 0);
}

/** The round a client may be asked to act in. */
export function openRound(state: State): CollectingPhase | undefined {
  return state.run?.phase.phase === 'collecting' ? state.run.phase : undefined;
}
