/**
 * What a member says of itself: the loss it reports, against what was measured on the normal canaries it gave (against
 * the others' losses, where it gave none), and the samples it claims, against the others'. Its other rows nobody can
 * see, and data differ: mild, never enough by itself. Claims also count up to a bound only (`counted-samples.ts`).
 */
import { short } from '../statistics/figures.ts';
import { medianOf } from '../statistics/median.ts';
import { judgeSpread, LEAST_SPREAD } from '../statistics/spread.ts';
import type { CohortInput, Detector, Signal } from './detector.ts';

const METRIC = 'loss';
const DEVIATIONS = 8;
/** Natural logarithm: honest losses of one round differ by half. */
const LEAST_SIGMA = 0.4;

export const CLAIM: Detector = {
  name: 'claim',
  looksFor: 'a reported loss, or a number of samples, that is implausible',
  source: 'medians of what the cohort reports, and of what was measured',
  kind: 'claim',
  decisive: false,
  judge: judgeClaims,
};

function judgeClaims(input: CohortInput): readonly Signal[] {
  const losses = judgeLosses(input);
  return judgeSamples(input).map((samples) => {
    const loss = losses.get(samples.member);
    return loss === undefined || !samples.finding.passed ? samples : loss;
  });
}

/** A member with canaries of its own is compared in how far its word is off what was measured, others in their word. */
function judgeLosses(input: CohortInput): ReadonlyMap<string, Signal> {
  const told = input.updates.flatMap(({ member, metrics }, at) => {
    const loss = metrics[METRIC];
    const measured = input.measures.ownScores?.[at] ?? null;
    return loss === undefined || !Number.isFinite(loss) ? [] : [{ member, loss, measured }];
  });
  const against = told.flatMap(({ member, loss, measured }) =>
    measured === null || measured <= 0 ? [] : [{ member, value: finite(loss / measured) }],
  );
  const unmeasured = new Set(told.map(({ member }) => member));
  for (const { member } of against) unmeasured.delete(member);
  const words = told.map(({ member, loss }) => ({ member, value: loss }));
  const signals = [
    ...judged(words, 'reported loss').filter(({ member }) => unmeasured.has(member)),
    ...judged(against, 'reported loss over the loss measured on its own normal canaries'),
  ];
  return new Map(signals.map((signal) => [signal.member, signal]));
}

/** A loss is whatever a member says: its ratio may not leave what evidence and journal can hold. */
function finite(ratio: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, ratio));
}

function judged(
  values: readonly { readonly member: string; readonly value: number }[],
  what: string,
): readonly Signal[] {
  return judgeSpread(
    values.map(({ member }) => member),
    values.map(({ value }) => value),
    {
      check: CLAIM.name,
      code: 'claim_implausible',
      what,
      scale: 'ratio',
      deviations: DEVIATIONS,
      leastSigma: LEAST_SIGMA,
      limits: [0, Number.MAX_VALUE],
      side: 'both',
    },
  );
}

function judgeSamples({ updates, checks }: CohortInput): readonly Signal[] {
  const median = medianOf(updates.map(({ samples }) => samples));
  const bound = checks.samplesPerMedian * median;
  return updates.map(({ member, samples }) => {
    const passed = samples <= bound || updates.length < LEAST_SPREAD;
    const message = `${samples} samples claimed, the cohort's median is ${short(median)} (bound ${short(bound)})`;
    const seen = { check: CLAIM.name, value: samples, bound, passed, message };
    return { member, finding: passed ? seen : { ...seen, code: 'claim_implausible' as const } };
  });
}
