/** The updates of a round as a rule is given them: in order, with what each may weigh. */
import type { Federation } from '../../shared/federation/schema.ts';
import { copiedIn } from '../core/checks/detectors/copy.ts';
import type { RoundFacts } from '../core/events.ts';
import { countedSamples, mediansCounted } from '../core/round/counted-samples.ts';
import { samplesBound } from '../core/round/decide-round.ts';
import { influenceOf } from '../core/standing/conduct.ts';
import { NO_TRAIL, type Trail } from '../core/standing/trail.ts';
import type { Received, Run, State } from '../core/state.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { WeighedUpdate } from '../ports/compute.ts';

/** Sorted by member id: the order fixes the bytes. */
export function inOrder<T extends { readonly member: string }>(updates: readonly T[]): T[] {
  return [...updates].sort((a, b) => (a.member < b.member ? -1 : 1));
}

/**
 * Samples counted and cap on influence of each, in the order given, and, once a round was screened, which are copies of
 * each other: together they count as one.
 */
export async function weigh(
  state: State,
  federation: Federation,
  blobs: Pick<Blobs, 'locate'>,
  received: readonly Received[],
  { round, step }: Pick<RoundFacts, 'round' | 'step'>,
): Promise<WeighedUpdate[]> {
  const samples = countedSamples(
    received.map(({ member, samples }) => ({
      claimed: samples,
      bound: samplesBound(state, federation, member),
    })),
    mediansCounted(step, federation.checks.samplesPerMedian),
  );
  return Promise.all(
    received.map(async ({ member, update }, place) => ({
      member,
      update: await blobs.locate(update),
      weight: samples[place] ?? 0,
      influence: influenceOf(state, member),
      copyOf: copiedIn(trailOf(state, member), round),
    })),
  );
}

/** What the rounds before left of a member. */
export function trailOf(state: State, member: string): Trail {
  return state.members.get(member)?.trail ?? NO_TRAIL;
}

/** Digest of the combined vector of the last round of the same step, unless the step has only begun. */
export function previousCombined(state: State, { run, at }: Pick<Run, 'run' | 'at'>): string | undefined {
  if (at.done === 0) return undefined;
  return state.rounds.findLast((summary) => summary.run === run && summary.outcome === 'aggregated')?.result;
}
