/** Where in the journal rounds were opened, screened and aggregated, each with the state that it was decided from. */
import type { Recorded } from '../core/events.ts';
import { evolve } from '../core/evolve.ts';
import { EMPTY, type RoundSummary, type State } from '../core/state.ts';
import type { Journal } from '../ports/journal.ts';
import { recordedEntries } from './desk.ts';
import { isJudgement } from './verify-records.ts';

/** Where in the journal a step of a round was recorded. */
export interface Place {
  /** The state just before. */
  readonly before: State;
  /** The whole journal, and where in it the step's first entry stands. */
  readonly entries: readonly Recorded[];
  readonly at: number;
  /** Digest of the evidence that the step recorded. */
  readonly evidence?: string | undefined;
}

export interface Case {
  readonly summary: RoundSummary;
  readonly opened: Place | undefined;
  /** Whether this round, screened to its end, has to name evidence, as rounds before it did. */
  readonly keepsEvidence: boolean;
  readonly screened: Place | undefined;
  readonly aggregated: Place | undefined;
}

/** One pass over the journal: the states just before each wanted round was screened and aggregated. */
export function casesOf(journal: Journal, from: number, to: number): { cases: Case[]; newest: number } {
  const places = new Map<string, Places>();
  let keepsEvidence = false;
  const entries = [...recordedEntries(journal.read(0))];
  let state = EMPTY;
  let before: { readonly state: State; readonly at: number } | undefined;
  for (const [at, entry] of entries.entries()) {
    const isScreening = state.run?.phase.phase === 'screening';
    if (isScreening && !before && isJudgement(entry)) before = { state, at };
    const end = isScreening ? endOfScreening(entry) : undefined;
    if (end) {
      const start = before ?? { state, at };
      const { evidence } = end;
      const place = mark(places, end);
      place.screened = { before: start.state, entries, at: start.at, evidence };
      // An attempt that an operator's step ended while it was screened names none.
      place.keepsEvidence = keepsEvidence && entry.type === 'cohort_screened';
      keepsEvidence ||= evidence !== undefined;
    }
    if (entry.type === 'round_opened') mark(places, entry.data).opened = { before: state, entries, at };
    if (entry.type === 'round_aggregated')
      mark(places, entry.data).aggregated = { before: state, entries, at };
    state = evolve(state, entry);
    if (state.run?.phase.phase !== 'screening') before = undefined;
  }
  const cases = state.rounds
    .filter(({ round }) => round >= from && round <= to)
    .flatMap((summary) => {
      const found = places.get(keyOf(summary));
      if (!found?.screened && !found?.aggregated) return [];
      const { opened, screened, aggregated, keepsEvidence = false } = found;
      return [{ summary, opened, screened, aggregated, keepsEvidence }];
    });
  return { cases, newest: state.rounds.at(-1)?.round ?? 0 };
}

interface Places {
  opened?: Place;
  screened?: Place;
  aggregated?: Place;
  keepsEvidence?: boolean;
}

function mark(places: Map<string, Places>, of: { readonly round: number; readonly attempt: number }): Places {
  const found = places.get(keyOf(of)) ?? {};
  places.set(keyOf(of), found);
  return found;
}

function keyOf({ round, attempt }: { readonly round: number; readonly attempt: number }): string {
  return `${round}/${attempt}`;
}

function endOfScreening(
  entry: Recorded,
): { readonly round: number; readonly attempt: number; readonly evidence?: string } | undefined {
  return entry.type === 'cohort_screened' || entry.type === 'round_abandoned' ? entry.data : undefined;
}
