/** Updates that passed the door, held against each other. Each detector is a file beside this one. */
import type { Finding, Verdict } from '../../../shared/verdict.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';
import { DETECTORS } from './detectors.ts';
import { medianOf } from './median.ts';
import type { SizePolicy } from './size-policy.ts';

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

/** Every update judged by every detector that is not left out. Pure: the same input, the same verdicts. */
export function screenCohort(input: CohortInput): ScreenedCohort {
  const found = DETECTORS.filter(({ name }) => !input.checks.without.includes(name)).map((detector) => ({
    detector,
    signals: new Map(detector.judge(input).map((signal) => [signal.member, signal])),
  }));
  const seen = input.updates.map(({ member }) => ({
    member,
    seen: found.flatMap(({ detector, signals }) => {
      const signal = signals.get(member);
      return signal ? [{ detector, signal }] : [];
    }),
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
