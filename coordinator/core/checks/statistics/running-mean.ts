/**
 * Means along a member's trail. One round of a gradient is mostly noise; what a member is after shows in the mean of
 * many. Older rounds fade, so that a change of mind shows too.
 */
import type { CohortInput } from '../detectors/detector.ts';

/** What a round keeps of its weight with each round that follows: half after 14 rounds, at most 20 rounds together. */
export const MEMORY = 0.95;
/** Hex digits of a digest that a JSON number holds exactly. */
const FINGERPRINT_DIGITS = 13;
/** A JSON number of this many digits is as good as any for a sum, and a third of the length in the journal. */
const DIGITS = 7;

/** What the detector of this name kept after the member's last round, if that was of the same step. */
export function keptSums(input: CohortInput, member: string, detector: string): readonly number[] {
  const trail = input.trails.get(member);
  return trail?.points.at(-1)?.step === input.step ? (trail.sums[detector] ?? []) : [];
}

/**
 * The same of a detector that holds updates against the canaries, if the canary file is the same too: of another one the
 * values are of other rows, and stand in another order.
 */
export function keptOnCanaries(input: CohortInput, member: string, detector: string): readonly number[] {
  const [canaries, ...sums] = keptSums(input, member, detector);
  return canaries === fingerprintOf(input) ? sums : [];
}

/** Sums as `keptOnCanaries` looks for them: behind a number that stands for the canary file. */
export function onCanaries(input: CohortInput, sums: readonly number[]): readonly number[] {
  return [fingerprintOf(input), ...sums];
}

/** 0 where there is no file. */
function fingerprintOf({ measures: { canaries } }: CohortInput): number {
  return canaries === undefined ? 0 : Number.parseInt(canaries.slice(0, FINGERPRINT_DIGITS), 16);
}

/** Weight of the rounds, then one faded sum for each value. Sums of another length were of other values. */
export function addedTo(kept: readonly number[], values: readonly number[]): readonly number[] {
  const before = kept.length === values.length + 1 ? kept : [];
  return [1, ...values].map((value, at) => Number((MEMORY * (before[at] ?? 0) + value).toPrecision(DIGITS)));
}

/** Weight after that many rounds in a row. */
export function weightOf(rounds: number): number {
  return (1 - MEMORY ** rounds) / (1 - MEMORY);
}

/** Whether the sums stand for at least so many rounds. */
export function standsFor([weight = 0]: readonly number[], rounds: number): boolean {
  return weight >= weightOf(rounds) * (1 - 10 ** (1 - DIGITS));
}

export function meansIn([weight = 0, ...sums]: readonly number[]): readonly number[] {
  return sums.map((sum) => (weight > 0 ? sum / weight : 0));
}
