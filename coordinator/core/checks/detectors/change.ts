/**
 * Whether a member has suddenly become another: its own numbers of this round (direction, distance, signs) against those
 * of its trail, less what changed for the cohort as a whole. Works from eight rounds of trail on. Blind to whoever was so
 * from the first round, and to change in small steps.
 */
import { short, tellApart } from '../statistics/figures.ts';
import { medianOf } from '../statistics/median.ts';
import { spreadOf } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';
import { DIRECTION } from './direction.ts';
import { DISTANCE } from './distance.ts';
import { SIGNS } from './signs.ts';

const DEVIATIONS = 14;
const LEAST_POINTS = 8;
/** What is followed, and how much of it one round moves at least. */
const FOLLOWED = [
  { detector: DIRECTION, leastSigma: 0.06 },
  { detector: DISTANCE, leastSigma: 0.08 },
  { detector: SIGNS, leastSigma: 0.02 },
] as const;

export const CHANGE: Detector = {
  name: 'change',
  looksFor: 'a member unlike itself in the rounds before',
  source: 'control chart of one’s own history (Shewhart 1931), with medians',
  kind: 'history',
  decisive: false,
  judge: judgeChange,
};

interface Change {
  readonly what: string;
  readonly was: number;
  readonly is: number;
  readonly sigma: number;
}

/** `value` is the largest change of any number followed, in deviations of the member's own trail. */
function judgeChange(input: CohortInput): readonly Signal[] {
  if (!input.gradients) return [];
  const changes = FOLLOWED.map((followed) => changesIn(input, followed));
  return input.measures.members.flatMap((member) => {
    const own = changes.flatMap((byMember) => byMember.get(member) ?? []);
    return own.length === 0 ? [] : [{ member, finding: against(own) }];
  });
}

function changesIn(
  input: CohortInput,
  { detector, leastSigma }: (typeof FOLLOWED)[number],
): ReadonlyMap<string, Change & { readonly deviations: number }> {
  const all = detector.judge(input).flatMap(({ member, finding: { value: is } }) => {
    const points = input.trails.get(member)?.points.filter(({ step }) => step === input.step) ?? [];
    const trail = points.flatMap(({ values }) => values[detector.name] ?? []);
    if (trail.length < LEAST_POINTS) return [];
    const { median: was, sigma } = spreadOf(trail, leastSigma);
    return [{ member, what: detector.name, was, is, sigma }];
  });
  const common = medianOf(all.map(({ was, is }) => is - was));
  return new Map(
    all.map((change) => [
      change.member,
      { ...change, deviations: Math.abs(change.is - change.was - common) / change.sigma },
    ]),
  );
}

function against(changes: readonly (Change & { readonly deviations: number })[]): Signal['finding'] {
  const worst = changes.reduce((most, one) => (one.deviations > most.deviations ? one : most));
  const { what, was, is, deviations } = worst;
  const passed = deviations <= DEVIATIONS;
  const off = tellApart(deviations, DEVIATIONS);
  const message = `${what} ${short(is)} after ${short(was)} in the rounds before: ${off} deviations more than the cohort changed (bound ${DEVIATIONS})`;
  const seen = { check: CHANGE.name, value: deviations, bound: DEVIATIONS, passed, message };
  return passed ? seen : { ...seen, code: 'change_outlier' };
}
