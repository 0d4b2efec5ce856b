/**
 * A cosine that honest members keep up along their trail: its running mean, held against the cohort's. One round is
 * noise; what a member is after shows in many.
 */
import type { RefusalCode } from '../../../../shared/refusal.ts';
import type { CohortInput, Signal } from '../detectors/detector.ts';
import { short } from './figures.ts';
import { addedTo, keptOnCanaries, keptSums, meansIn, onCanaries, standsFor } from './running-mean.ts';
import { type Spread, spreadOf } from './spread.ts';

const DEVIATIONS = 3;

export interface TrailCosine {
  readonly check: string;
  readonly code: RefusalCode;
  /** What the cosine is to, e.g. "the others". */
  readonly to: string;
  /**
   * The bound lies 3 σ below the cohort's median, but never above the first of these cosines (whoever does so little
   * harm is left alone) nor below the second (so that colluders cannot widen the spread until they fit in).
   */
  readonly boundBetween: readonly [number, number];
  /** Where all are low, it is the model's doing: a member must be lower than the median by this much. */
  readonly leastGap: number;
  readonly leastSigma: number;
  readonly leastRounds: number;
  /** Whether the cosine is to something made of the canaries: then it begins anew with another canary file. */
  readonly ofCanaries?: true;
}

/** One signal for each member, in order; `cosines` are those of this round. */
export function judgeTrailCosine(
  input: CohortInput,
  cosines: readonly number[],
  trailCosine: TrailCosine,
): readonly Signal[] {
  const { check, code, to, leastSigma, leastRounds, ofCanaries } = trailCosine;
  const { members } = input.measures;
  const kept = ofCanaries ? keptOnCanaries : keptSums;
  const sums = members.map((member, at) => addedTo(kept(input, member, check), [cosines[at] ?? 0]));
  const means = sums.map((own) => meansIn(own)[0] ?? 0);
  const spread = spreadOf(means, leastSigma);
  const bound = boundFor(spread, trailCosine);
  return members.map((member, at) => {
    const own = sums[at] ?? [];
    const value = means[at] ?? 0;
    const passed = value >= bound || !standsFor(own, leastRounds);
    const message = `mean cosine ${short(value)} to ${to} over ${short(own[0] ?? 0)} faded rounds; the cohort's median is ${short(spread.median)} (bound ${short(bound)}, from ${leastRounds} rounds on)`;
    const seen = { check, value, bound: [bound, 1] as const, passed, message };
    return {
      member,
      sums: ofCanaries ? onCanaries(input, own) : own,
      finding: passed ? seen : { ...seen, code },
    };
  });
}

function boundFor({ median, sigma }: Spread, { boundBetween, leastGap }: TrailCosine): number {
  const [least, most] = boundBetween;
  const within = Math.max(most, Math.min(least, median - DEVIATIONS * sigma));
  return Math.max(-1, Math.min(within, median - leastGap));
}
