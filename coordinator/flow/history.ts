/** One round as the journal tells it. */
import { Refusal } from '../../shared/refusal.ts';
import type { Verdict } from '../../shared/verdict.ts';
import { ACCEPTED } from '../../shared/verdict.ts';
import { ownVerdict } from '../core/checks/explain/own-verdict.ts';
import type { DataOf, Recorded } from '../core/events.ts';
import type { RoundSummary, State } from '../core/state.ts';
import type { Journal } from '../ports/journal.ts';
import { recordedEntries } from './desk.ts';

/** What became of one update. */
export interface UpdateStory {
  readonly member: string;
  readonly update: string;
  readonly bytes: number;
  readonly samples: number;
  readonly norm: number;
  readonly verdict: Verdict;
  readonly appliedWeight: number;
  /** Cap on the member's influence that the rule was given; 1: none. */
  readonly influence: number;
  /** Journal index of the entry that took or refused it. */
  readonly index: number;
  /** The signed header; empty when it was refused before it was kept. */
  readonly header: string;
}

export interface RoundStory {
  readonly summary: RoundSummary;
  readonly updates: readonly UpdateStory[];
  readonly aggregated: DataOf<'round_aggregated'> | undefined;
  readonly seed: number;
  /** Digest of the evidence; undefined before the screening, and for rounds of versions that kept none. */
  readonly evidence: string | undefined;
}

export function roundMissing({ rounds }: State, round: number): Refusal {
  const newest = rounds.at(-1)?.round;
  const there = newest === undefined ? ': none was opened yet' : `, the newest is ${newest}`;
  return new Refusal('round_missing', `there is no round ${round}${there}`, { round });
}

/** Every attempt of a run's rounds, in order. Those before it began again count as given up: nothing of them is kept. */
export function storiesOfRun(state: State, journal: Journal, run: string): RoundStory[] {
  const summaries = state.rounds.filter((summary) => summary.run === run);
  const begun = lastRestart(journal, summaries);
  return summaries.map((summary) => {
    const story = storyOf(journal, summary);
    return summary.firstIndex > begun ? story : givenUp(story);
  });
}

/** Journal index of the last restart between these rounds; −1 for none. */
function lastRestart(journal: Journal, summaries: readonly RoundSummary[]): number {
  const [first, last] = [summaries[0], summaries.at(-1)];
  if (!first || !last) return -1;
  let begun = -1;
  for (const { type, index } of recordedEntries(journal.read(first.firstIndex, last.firstIndex)))
    if (type === 'run_restarted') begun = index;
  return begun;
}

function givenUp(story: RoundStory): RoundStory {
  return { ...story, summary: { ...story.summary, outcome: 'abandoned' }, aggregated: undefined };
}

export function storyOf(journal: Journal, summary: RoundSummary): RoundStory {
  const to = summary.outcome === 'open' ? undefined : summary.lastIndex + 1;
  const updates = new Map<string, UpdateStory>();
  let aggregated: DataOf<'round_aggregated'> | undefined;
  let seed = 0;
  let evidence: string | undefined;
  for (const entry of recordedEntries(journal.read(summary.firstIndex, to))) {
    if (entry.type === 'round_opened') seed = entry.data.seed;
    if (entry.type === 'round_aggregated') aggregated = entry.data;
    // A round may be abandoned after it was screened: what it was screened by stays.
    if (entry.type === 'cohort_screened' || entry.type === 'round_abandoned')
      evidence = entry.data.evidence ?? evidence;
    tellUpdate(updates, entry, summary);
  }
  for (const { member, weight, influence = 1 } of aggregated?.contributions ?? []) {
    const story = updates.get(member);
    if (story) updates.set(member, { ...story, appliedWeight: weight, influence });
  }
  return { summary, updates: [...updates.values()], aggregated, seed, evidence };
}

function tellUpdate(
  updates: Map<string, UpdateStory>,
  entry: Recorded,
  { round, attempt }: RoundSummary,
): void {
  if (entry.type === 'update_received' && entry.data.round === round && entry.data.attempt === attempt) {
    const { member, update, bytes, samples, norm, header } = entry.data;
    updates.set(member, {
      member,
      update,
      bytes,
      samples,
      norm,
      header,
      verdict: ACCEPTED,
      appliedWeight: 0,
      influence: 1,
      index: entry.index,
    });
  }
  if (entry.type === 'update_judged' && entry.data.round === round && entry.data.attempt === attempt) {
    const { member, update, verdict } = entry.data;
    const known = updates.get(member);
    if (known && verdict.decision === 'ignore') return;
    const story = known ?? {
      member,
      update,
      bytes: 0,
      samples: 0,
      norm: 0,
      header: '',
      appliedWeight: 0,
      influence: 1,
      index: entry.index,
      verdict,
    };
    updates.set(member, { ...story, verdict });
  }
  if (entry.type === 'update_withdrawn' && entry.data.round === round && entry.data.attempt === attempt) {
    const known = updates.get(entry.data.member);
    const verdict: Verdict = {
      decision: 'ignore',
      code: 'update_withdrawn',
      message: entry.data.reason,
      findings: [],
    };
    if (known) updates.set(known.member, { ...known, verdict });
  }
}

/** A member's own updates from a round on, newest last. */
export function ownVerdicts(state: State, journal: Journal, member: string, fromRound: number): OwnVerdict[] {
  return state.rounds
    .filter((summary) => summary.round >= fromRound && wasAsked(summary, member))
    .slice(-MAX_OWN_VERDICTS)
    .flatMap((summary) => {
      const own = storyOf(journal, summary).updates.find((update) => update.member === member);
      if (!own) return [];
      const { update, verdict, appliedWeight, index } = own;
      return [
        {
          round: summary.round,
          attempt: summary.attempt,
          step: summary.step,
          update,
          verdict: ownVerdict(verdict, othersThan(state, member)),
          appliedWeight,
          index,
        },
      ];
    });
}

/** Ids of every member but one. */
export function othersThan({ members }: State, member: string): string[] {
  return [...members.keys()].filter((id) => id !== member);
}

function wasAsked({ cohort, shadow }: RoundSummary, member: string): boolean {
  return cohort.includes(member) || shadow.includes(member);
}

/** Rounds answered at once; older ones are asked for by `from_round` of an earlier page. */
const MAX_OWN_VERDICTS = 200;

export interface OwnVerdict {
  readonly round: number;
  readonly attempt: number;
  readonly step: string;
  readonly update: string;
  readonly verdict: Verdict;
  readonly appliedWeight: number;
  readonly index: number;
}
