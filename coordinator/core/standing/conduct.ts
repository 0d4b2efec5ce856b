/**
 * What a member's judged updates add up to: a reputation that forgets slowly, and the last rounds one by one.
 * Reputation is the Beta(a, b) of Jøsang and Ismail, "The Beta Reputation System", Bled 2002, with forgetting λ:
 * a ← λ a + 1 after a clean round, b ← λ b + 1 after an outlier, the other one ← λ · itself.
 */
import type { StandingPolicy } from '../../../shared/federation/schema.ts';
import type { State } from '../state.ts';

export interface Reputation {
  /** a, clean rounds remembered. */
  readonly clean: number;
  /** b, outlier rounds remembered. */
  readonly outlier: number;
}

export interface JudgedRound {
  readonly round: number;
  /** What the round was the work of: a run, and the rounds that it had behind it. */
  readonly run: string;
  readonly place: number;
  readonly outlier: boolean;
}

/** The work of the run under way that was judged. A member that becomes active goes on with it. */
export interface JudgedWork {
  readonly run: string;
  /** By place, whether any judgement of it was an outlier; the place judged first is first, at most `PLACES_REMEMBERED`. */
  readonly outlierAt: ReadonlyMap<number, boolean>;
}

/** A run begins again from one of its first few places; from there on only the newest place is tried again. */
export const PLACES_REMEMBERED = 64;

export interface Conduct {
  readonly reputation: Reputation;
  /** Newest last, at most `standing.window`; begins anew whenever the member becomes active. */
  readonly recent: readonly JudgedRound[];
  readonly work: JudgedWork;
  /** Clean rounds in a row since the standing last changed: in quarantine, what releases. */
  readonly cleanInRow: number;
}

/** a = 1, b = 0: a new member counts in full until its first outlier. */
export const NEW_CONDUCT: Conduct = {
  reputation: { clean: 1, outlier: 0 },
  recent: [],
  work: { run: '', outlierAt: new Map() },
  cleanInRow: 0,
};

/** An influence of 0 would leave rules that divide by weights with nothing. */
const LEAST_INFLUENCE = 1e-6;

/**
 * Conduct after one judgement. The same work counts once, whether a round was tried again or the whole run was begun
 * again, and whatever became of the member meanwhile: as an outlier if any judgement of it was one. Else others could
 * bring a member's outliers about.
 */
export function conductAfter(
  conduct: Conduct,
  judged: JudgedRound,
  { memory, window }: Pick<StandingPolicy, 'memory' | 'window'>,
): Conduct {
  const { outlier } = judged;
  const wasOutlier = knownPlaces(conduct, judged.run).get(judged.place);
  if (wasOutlier) return outlier ? outlierAgain(conduct, judged) : conduct;
  if (wasOutlier === false && !outlier) return conduct;
  const { reputation } = conduct;
  const before = conduct.recent.filter((other) => !isSameWork(other, judged));
  return {
    reputation: {
      clean: memory * reputation.clean + (outlier ? 0 : 1),
      outlier: memory * reputation.outlier + (outlier ? 1 : 0),
    },
    recent: [...before, judged].slice(-window),
    work: workAfter(conduct, judged),
    cleanInRow: outlier ? 0 : conduct.cleanInRow + 1,
  };
}

/** Counted before: it is the newest of the rounds still looked back on, and no clean row goes on across it. */
function outlierAgain(conduct: Conduct, judged: JudgedRound): Conduct {
  const others = conduct.recent.filter((other) => !isSameWork(other, judged));
  const recent = others.length < conduct.recent.length ? [...others, judged] : conduct.recent;
  return { ...conduct, recent, cleanInRow: 0 };
}

function workAfter(conduct: Conduct, { run, place, outlier }: JudgedRound): JudgedWork {
  const places = [...new Map(knownPlaces(conduct, run)).set(place, outlier)];
  return { run, outlierAt: new Map(places.slice(-PLACES_REMEMBERED)) };
}

function knownPlaces({ work }: Conduct, run: string): JudgedWork['outlierAt'] {
  return work.run === run ? work.outlierAt : NEW_CONDUCT.work.outlierAt;
}

function isSameWork(one: JudgedRound, other: JudgedRound): boolean {
  return one.run === other.run && one.place === other.place;
}

/** a / (a + b), in (0, 1]: the most of a full say that a member has. */
export function reputationOf({ reputation: { clean, outlier } }: Conduct): number {
  return Math.max(LEAST_INFLUENCE, clean / (clean + outlier));
}

/** Cap on the influence of a member's update in an aggregate, in (0, 1]; 1 for a member never judged an outlier. */
export function influenceOf(state: State, member: string): number {
  const known = state.members.get(member);
  return known ? reputationOf(known.conduct) : 1;
}

export function outliersAmong(recent: readonly JudgedRound[]): number[] {
  return recent.filter(({ outlier }) => outlier).map(({ round }) => round);
}
