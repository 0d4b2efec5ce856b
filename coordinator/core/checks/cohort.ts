/** Updates that passed the door, held against each other. Each detector is a file in `detectors/`. */
import type { Finding, Verdict } from '../../../shared/verdict.ts';
import type { CohortInput, Detector, Signal } from './detectors/detector.ts';
import { DETECTORS } from './detectors/registry.ts';
import { restrictMeasures } from './restrict-measures.ts';
import type { SizePolicy } from './size-policy.ts';
import { medianOf } from './statistics/median.ts';
import { LEAST_SPREAD } from './statistics/spread.ts';

export interface ScreenedCohort {
  /** Every update, in order, with every finding, passed or not. */
  readonly judged: readonly { readonly member: string; readonly verdict: Verdict }[];
  readonly medianNorm: number;
  /** What each trail keeps of the round. */
  readonly points: readonly {
    readonly member: string;
    readonly clean: boolean;
    readonly values: Readonly<Record<string, number>>;
    readonly sums: Readonly<Record<string, readonly number[]>>;
    readonly copyOf?: string;
  }[];
}

/**
 * Every update judged by every detector that is not left out. Whom the canaries keep out is left out of what the others
 * are compared with, and is compared with those others itself: a few outliers must not make one of an honest member.
 * Pure: the same input, the same verdicts.
 */
export function screenCohort(input: CohortInput): ScreenedCohort {
  const used = DETECTORS.filter(({ name }) => !input.checks.without.includes(name));
  const byCanaries = seenBy(used.filter(isOfCanaries), input);
  const apart = keptApart(input, byCanaries);
  const compared = comparedWithout(apart, used, input);
  const seen = input.updates.map(({ member }) => ({
    member,
    seen: [...(byCanaries.get(member) ?? []), ...(compared.get(member) ?? [])].sort(
      (a, b) => DETECTORS.indexOf(a.detector) - DETECTORS.indexOf(b.detector),
    ),
  }));
  const judged = seen.map(({ member, seen: own }) => ({ member, verdict: verdictOf(own, input.size) }));
  return {
    judged,
    medianNorm: medianOf(input.updates.map(({ norm }) => norm)),
    points: seen.map(({ member, seen: own }, at) => ({
      member,
      clean: letsIn(judged[at]?.verdict),
      ...keptOf(own),
    })),
  };
}

type SeenOf = ReadonlyMap<string, readonly Seen[]>;

function isOfCanaries({ kind }: Detector): boolean {
  return kind === 'canary';
}

function seenBy(detectors: readonly Detector[], input: CohortInput): SeenOf {
  const seen = new Map<string, Seen[]>(input.updates.map(({ member }) => [member, []]));
  for (const detector of detectors)
    for (const signal of detector.judge(input)) seen.get(signal.member)?.push({ detector, signal });
  return seen;
}

/** Nobody, where those left would be too few to be compared, or no majority. */
function keptApart({ updates }: CohortInput, byCanaries: SeenOf): readonly string[] {
  const failed = updates.flatMap(({ member }) =>
    byCanaries.get(member)?.some(({ detector, signal }) => detector.decisive && !signal.finding.passed)
      ? [member]
      : [],
  );
  const left = updates.length - failed.length;
  return left < LEAST_SPREAD || left <= failed.length ? [] : failed;
}

function comparedWithout(apart: readonly string[], used: readonly Detector[], input: CohortInput): SeenOf {
  const detectors = used.filter((detector) => !isOfCanaries(detector));
  const others = input.updates.map(({ member }) => member).filter((member) => !apart.includes(member));
  const seen = new Map(seenBy(detectors, among(input, others)));
  for (const member of apart)
    seen.set(member, seenBy(detectors, among(input, [...others, member])).get(member) ?? []);
  return seen;
}

function among(input: CohortInput, members: readonly string[]): CohortInput {
  const kept = new Set(members);
  if (kept.size === input.updates.length) return input;
  return {
    ...input,
    updates: input.updates.filter(({ member }) => kept.has(member)),
    measures: restrictMeasures(input.measures, kept),
  };
}

interface Seen {
  readonly detector: Detector;
  readonly signal: Signal;
}

function verdictOf(seen: readonly Seen[], size: SizePolicy): Verdict {
  const findings = seen.map(({ signal }) => signal.finding);
  const failed = seen.filter(({ signal }) => !signal.finding.passed);
  const decision = decide(failed, size);
  const first = failed.find(({ detector }) => detector.decisive) ?? failed[0];
  if (decision === 'accept' || first === undefined)
    return { decision: 'accept', message: 'accepted', findings };
  return { decision, ...saidOf(decision === 'clip' ? failed.findLast(isCountedOnce) : first), findings };
}

function decide(failed: readonly Seen[], { signals, decision, alone }: SizePolicy): Verdict['decision'] {
  if (signals === 0) return 'accept';
  const kinds = new Set(failed.map(({ detector }) => detector.kind)).size;
  if (kinds >= signals) return decision;
  if (failed.some(({ detector }) => detector.decisive)) return alone;
  return failed.some(isCountedOnce) ? 'clip' : 'accept';
}

/** Copies are let in, to count as one. */
function letsIn(verdict: Verdict | undefined): boolean {
  return verdict?.decision === 'accept' || verdict?.decision === 'clip';
}

function isCountedOnce({ detector }: Seen): boolean {
  return detector.countsOnce === true;
}

function saidOf(seen: Seen | undefined): Pick<Finding, 'code' | 'message'> {
  const { code, message = '' } = seen?.signal.finding ?? {};
  return code === undefined ? { message } : { code, message };
}

function keptOf(seen: readonly Seen[]): Pick<ScreenedCohort['points'][number], 'values' | 'sums' | 'copyOf'> {
  const values = seen.map(({ detector, signal }) => [detector.name, signal.finding.value] as const);
  const sums = seen.flatMap(({ detector, signal }) =>
    signal.sums === undefined ? [] : [[detector.name, signal.sums] as const],
  );
  const copyOf = seen.flatMap(({ signal }) => signal.copyOf ?? [])[0];
  const kept = { values: Object.fromEntries(values), sums: Object.fromEntries(sums) };
  return copyOf === undefined ? kept : { ...kept, copyOf };
}
