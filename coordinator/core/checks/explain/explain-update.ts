/** Why an update was judged as it was: every number against its bound, read from the evidence of its round. Pure. */
import type { Finding, Verdict } from '../../../../shared/verdict.ts';
import type { TrailPoint } from '../../standing/trail.ts';
import type { Detector } from '../detectors/detector.ts';
import type { RoundEvidence } from '../evidence.ts';
import type { AuditMeasures, AuditStep, CohortMeasures } from '../measures.ts';
import { restrictMeasures } from '../restrict-measures.ts';
import { policyForSize, type SizePolicy } from '../size-policy.ts';
import { medianOf } from '../statistics/median.ts';
import { type CanaryEffect, canaryEffects } from './canary-effects.ts';
import { type Counterfactual, counterfactualOf } from './counterfactual.ts';

/** What the journal holds of an update beside the evidence. */
export interface UpdateFacts {
  readonly member: string;
  readonly update: string;
  readonly bytes: number;
  readonly samples: number;
  readonly norm: number;
  /** As decided: standing and quorum have had their say. */
  readonly verdict: Verdict;
  readonly appliedWeight: number;
  readonly influence: number;
  /** Numbers that the member reported in its header. */
  readonly metrics: Readonly<Record<string, number>>;
  readonly software: string;
  readonly issuedAt: string;
  /** Journal index of its entry. */
  readonly index: number;
}

export type KnownDetector = Pick<Detector, 'name' | 'kind' | 'decisive' | 'looksFor'>;

/** One detector's number, its bound, and what it saw of the others. */
export interface ExplainedFinding extends Finding {
  /** Absent for checks at the door. */
  readonly kind?: Detector['kind'];
  readonly decisive?: boolean;
  readonly looksFor?: string;
  /** Absent for an update that never met its cohort. */
  readonly cohort?: { readonly lowest: number; readonly median: number; readonly highest: number };
}

export interface Neighbour {
  readonly member: string;
  readonly distance: number;
  /** Cosine of the angle between the two updates; 0 when one has no length. */
  readonly cosine: number;
}

export interface UpdateExplanation extends UpdateFacts {
  readonly run: string;
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly base: string;
  /** Digest of the evidence blob. */
  readonly evidence: string;
  /** `shadow`: taken while in quarantine, judged, weight 0. `none`: refused at the door, late, or withdrawn. */
  readonly seat: 'counted' | 'shadow' | 'none';
  /** Members that count. */
  readonly cohort: number;
  /** What the update was judged by: with a seat in shadow, that of the cohort and itself. */
  readonly size: SizePolicy;
  readonly findings: readonly ExplainedFinding[];
  /** Kinds of checks that failed: `size.signals` of them must agree, or a decisive one decides alone. */
  readonly agreed: readonly Detector['kind'][];
  /** An equal share of the round. */
  readonly equalShare: number;
  /** Oldest first, before this round. */
  readonly trail: readonly TrailPoint[];
  /** To every other member of the cohort, in its order. */
  readonly distances: readonly Neighbour[];
  readonly nearest: readonly Neighbour[];
  /** Largest parts of the distance to the mean, by tensor; shares sum to at most 1. */
  readonly layers: readonly { readonly name: string; readonly share: number }[];
  readonly effects: readonly CanaryEffect[];
  /** For sums: what the audit saw without this member, and whether it was taken out. */
  readonly audit: { readonly alone: AuditStep | null; readonly removed: AuditStep | null } | null;
  readonly counterfactual: Counterfactual;
}

const NEAREST = 3;
const LARGEST_LAYERS = 5;

/** Undefined when the evidence holds no such member. */
export function explainUpdate(
  { evidence, digest }: { readonly evidence: RoundEvidence; readonly digest: string },
  facts: UpdateFacts,
  trail: readonly TrailPoint[],
  detectors: readonly KnownDetector[],
): UpdateExplanation | undefined {
  const seen = measuresAround(evidence, facts.member);
  const at = seen?.measures.members.indexOf(facts.member) ?? -1;
  if (!seen || at < 0) return undefined;
  const { measures, audit, seat } = seen;
  const size = seat === 'shadow' ? sizeWithShadow(evidence) : evidence.size;
  const findings = findingsOf(evidence, facts, detectors);
  const distances = distancesFrom(measures, at);
  return {
    ...facts,
    ...roundOf(evidence, digest),
    size,
    verdict: verdictOf(evidence, facts),
    seat,
    findings,
    agreed: agreedKinds(findings),
    trail,
    distances,
    nearest: [...distances].sort((a, b) => a.distance - b.distance).slice(0, NEAREST),
    layers: largestLayers(measures, at),
    effects: canaryEffects(measures, at),
    audit: auditOf(audit, facts.member),
    counterfactual: counterfactualOf(findings, size),
  };
}

/** An update that never met its cohort: what the door measured of it, or only that it was late. */
export function explainUncompared(
  { evidence, digest }: { readonly evidence: RoundEvidence; readonly digest: string },
  facts: UpdateFacts,
  trail: readonly TrailPoint[],
): UpdateExplanation {
  const { findings } = facts.verdict;
  return {
    ...facts,
    ...roundOf(evidence, digest),
    seat: 'none',
    findings,
    agreed: [],
    trail,
    distances: [],
    nearest: [],
    layers: [],
    effects: [],
    audit: null,
    counterfactual: counterfactualOf(findings, evidence.size),
  };
}

function roundOf({ run, round, attempt, step, base, size, measures }: RoundEvidence, digest: string) {
  const cohort = measures.members.length;
  return {
    run,
    round,
    attempt,
    step,
    base,
    evidence: digest,
    size,
    cohort,
    equalShare: 1 / Math.max(1, cohort),
  };
}

/** The journal says only that an update was let in; the evidence says how. */
function verdictOf({ judged }: RoundEvidence, { member, verdict }: UpdateFacts): Verdict {
  const own = judged.find((one) => one.member === member)?.verdict;
  return verdict.decision === 'accept' ? (own ?? verdict) : verdict;
}

/** A member in quarantine was held against those that count, and no other in quarantine. */
function measuresAround(
  evidence: RoundEvidence,
  member: string,
): { measures: CohortMeasures; audit: AuditMeasures | null; seat: UpdateExplanation['seat'] } | undefined {
  if (evidence.measures.members.includes(member))
    return { measures: evidence.measures, audit: evidence.audit, seat: 'counted' };
  if (!evidence.shadow?.measures.members.includes(member)) return undefined;
  const around = new Set([...evidence.measures.members, member]);
  const audit = evidence.shadow.audits.find((audited) => audited.member === member)?.audit ?? null;
  return { measures: restrictMeasures(evidence.shadow.measures, around), audit, seat: 'shadow' };
}

function sizeWithShadow({ measures, checks }: RoundEvidence): SizePolicy {
  return policyForSize(measures.members.length + 1, checks.outliers);
}

function findingsOf(
  { judged, measures }: RoundEvidence,
  { member, verdict }: UpdateFacts,
  detectors: readonly KnownDetector[],
): ExplainedFinding[] {
  const own = judged.find((one) => one.member === member)?.verdict.findings ?? verdict.findings;
  const counted = judged.filter((one) => one.member === member || measures.members.includes(one.member));
  return own.map((finding) => {
    const values = counted.flatMap((one) =>
      one.verdict.findings.filter(({ check }) => check === finding.check).map(({ value }) => value),
    );
    const detector = detectors.find(({ name }) => name === finding.check);
    return {
      ...finding,
      ...(detector ? { kind: detector.kind, decisive: detector.decisive, looksFor: detector.looksFor } : {}),
      cohort: { lowest: Math.min(...values), median: medianOf(values), highest: Math.max(...values) },
    };
  });
}

function agreedKinds(findings: readonly ExplainedFinding[]): Detector['kind'][] {
  return [...new Set(findings.flatMap(({ passed, kind }) => (passed || !kind ? [] : [kind])))].sort();
}

/** ‖a − b‖² = ⟨a, a⟩ + ⟨b, b⟩ − 2⟨a, b⟩, which rounding may leave a little below 0. */
function distancesFrom({ members, gram }: CohortMeasures, at: number): Neighbour[] {
  const product = (a: number, b: number) => gram[a]?.[b] ?? 0;
  return members.flatMap((member, other) => {
    if (other === at) return [];
    const squares = product(at, at) + product(other, other) - 2 * product(at, other);
    const lengths = Math.sqrt(product(at, at) * product(other, other));
    const cosine = lengths === 0 ? 0 : product(at, other) / lengths;
    return [{ member, distance: Math.sqrt(Math.max(0, squares)), cosine }];
  });
}

function largestLayers({ layers }: CohortMeasures, at: number): UpdateExplanation['layers'] {
  const total = layers.reduce((sum, { squares }) => sum + (squares[at] ?? 0), 0);
  if (total === 0) return [];
  return layers
    .map(({ name, squares }) => ({ name, share: (squares[at] ?? 0) / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, LARGEST_LAYERS);
}

function auditOf(audit: AuditMeasures | null, member: string): UpdateExplanation['audit'] {
  if (!audit) return null;
  return {
    alone: audit.singles.find(({ members }) => members.includes(member)) ?? null,
    removed: audit.removed.find(({ members }) => members.includes(member)) ?? null,
  };
}
