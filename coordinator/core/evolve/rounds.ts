/** Folds what happens in a round: who is asked, what arrives, what is judged, how it ends. */
import { ACCEPTED, type Verdict } from '../../../shared/verdict.ts';
import type { DataOf, Recorded, RoundFacts } from '../events.ts';
import { inPhase, inRound, inRun, seatsOf, withEntry, withMember, withSeat } from '../parts.ts';
import { trailAfter } from '../standing/trail.ts';
import { type Judged, type RoundSummary, type Run, receivedOf, type Seats, type State } from '../state.ts';
import { withJudgement } from './members.ts';

/** What a member in quarantine is told of an update until it is judged. */
const TAKEN_IN_SHADOW: Verdict = {
  decision: 'quarantine',
  message: 'received in quarantine: judged with the others, at weight 0',
  findings: [],
};

export function roundOpened(state: State, round: RoundFacts, { index, at }: Recorded): State {
  const shadow = round.shadow ?? [];
  const summary: RoundSummary = {
    round: round.round,
    attempt: round.attempt,
    run: round.run,
    step: round.step,
    outcome: 'open',
    cohort: round.cohort,
    shadow,
    accepted: 0,
    refused: [],
    base: round.base,
    result: '',
    openedAt: at,
    seconds: 0,
    firstIndex: index,
    lastIndex: index,
  };
  const opened = inRun(state, (run) => ({
    ...run,
    phase: {
      phase: 'collecting',
      round,
      seats: awaiting(round.cohort),
      shadow: awaiting(shadow),
      quorumAtMs: undefined,
    },
  }));
  return { ...opened, rounds: [...opened.rounds, summary] };
}

function awaiting(members: readonly string[]): Seats {
  return new Map(members.map((member) => [member, { state: 'awaited' }]));
}

export function updateReceived(
  state: State,
  data: DataOf<'update_received'>,
  { index, at }: Recorded,
): State {
  const { member, update, bytes, samples, norm, header } = data;
  const received = { member, update, bytes, samples, norm, header, index };
  const seated = withSeat(state, member, { state: 'received', received });
  const counted = inPhase(seated, 'collecting', (_run, phase) => {
    const reached = phase.quorumAtMs === undefined && receivedOf(phase.seats).length >= phase.round.min;
    return reached ? { ...phase, quorumAtMs: Date.parse(at) } : phase;
  });
  const verdict = isInShadow(state, member) ? TAKEN_IN_SHADOW : ACCEPTED;
  return withJudged(counted, member, { ...data, verdict, index });
}

function isInShadow(state: State, member: string): boolean {
  const phase = state.run?.phase;
  return phase !== undefined && 'shadow' in phase && phase.shadow.has(member);
}

/** `reject` counts against the member; `quarantine` keeps one update out, and counts in shadow only. */
export function updateJudged(state: State, data: DataOf<'update_judged'>, index: number): State {
  const { member, update, verdict, round } = data;
  const judged = withJudged(state, member, { ...data, index });
  const { decision } = verdict;
  if (decision !== 'reject' && decision !== 'quarantine') return judged;
  const kept = withSeat(judged, member, { state: 'refused', update, verdict, index });
  if (decision === 'quarantine') {
    return isInShadow(state, member) ? withJudgement(kept, member, round, !isClean(verdict)) : kept;
  }
  const refused = kept.members.get(member)?.refused ?? 0;
  return withJudgement(withMember(kept, member, { refused: refused + 1 }), member, round, true);
}

/** A verdict on an update in shadow keeps the code it would have been refused with. */
function isClean({ code }: Verdict): boolean {
  return code === undefined;
}

/** A grace granted to a quorum ends with it: the collection then has its whole deadline again. */
export function updateWithdrawn(state: State, data: DataOf<'update_withdrawn'>, index: number): State {
  const { member, reason } = data;
  const verdict: Verdict = { decision: 'ignore', code: 'update_withdrawn', message: reason, findings: [] };
  const withdrawn = withJudged(withSeat(state, member, { state: 'withdrawn' }), member, {
    ...data,
    verdict,
    index,
  });
  return inPhase(withdrawn, 'collecting', (_run, phase) =>
    receivedOf(phase.seats).length < phase.round.min ? { ...phase, quorumAtMs: undefined } : phase,
  );
}

export function cohortScreened(state: State, data: DataOf<'cohort_screened'>): State {
  const { accepted, medianNorm, round, points = [] } = data;
  const clean = accepted.reduce((folded, member) => withJudgement(folded, member, round, false), state);
  const trailed = points.reduce(withTrailPoint(data), clean);
  return inRound(trailed, (_run, { round: facts, seats, shadow }) => ({
    phase: 'aggregating',
    round: facts,
    seats,
    shadow,
    medianNorm,
  }));
}

type Point = NonNullable<DataOf<'cohort_screened'>['points']>[number];

function withTrailPoint({ round, attempt }: DataOf<'cohort_screened'>) {
  return (state: State, { member, clean, values, sums, copyOf }: Point): State => {
    const trail = state.members.get(member)?.trail;
    if (!trail) return state;
    const step = stepOf(state, round, attempt);
    const point = { round, step, clean, values, ...(copyOf === undefined ? {} : { copyOf }) };
    return withMember(state, member, { trail: trailAfter(trail, point, sums) });
  };
}

function stepOf(state: State, round: number, attempt: number): string {
  const summary = state.rounds.findLast((known) => known.round === round && known.attempt === attempt);
  return summary?.step ?? '';
}

function withJudged(
  state: State,
  member: string,
  data: { round: number; attempt: number; update: string; verdict: Verdict; index: number },
): State {
  const { round, attempt, update, verdict, index } = data;
  const step = state.rounds.findLast((summary) => summary.round === round)?.step ?? '';
  const judged: Judged = { round, attempt, step, update, verdict, index };
  return { ...state, lastJudged: withEntry(state.lastJudged, member, judged) };
}

export function roundAggregated(state: State, data: DataOf<'round_aggregated'>, recorded: Recorded): State {
  const contributors = data.contributions.map((contribution) => contribution.member);
  const members = new Map(state.members);
  for (const id of contributors) {
    const member = members.get(id);
    if (member) members.set(id, { ...member, accepted: member.accepted + 1 });
  }
  const ended = endOpenRound(
    { ...state, members },
    'aggregated',
    recorded,
    data.combined,
    contributors.length,
  );
  return inRun(ended, (run) => {
    const at = nextPlace(run);
    const finished = at.step >= run.steps.length;
    return {
      ...run,
      at,
      roundsDone: run.roundsDone + 1,
      base: data.base,
      server: data.server ?? undefined,
      lastContributors: contributors,
      phase: finished ? { phase: 'assembling' } : { phase: 'opening', attempt: 1 },
    };
  });
}

function nextPlace(run: Run): { step: number; done: number } {
  const repeat = run.steps[run.at.step]?.repeat ?? 1;
  const done = run.at.done + 1;
  return done >= repeat ? { step: run.at.step + 1, done: 0 } : { step: run.at.step, done };
}

export function roundAbandoned(state: State, attempt: number, recorded: Recorded): State {
  const ended = endOpenRound(state, 'abandoned', recorded);
  return inRun(ended, (run) => ({ ...run, phase: { phase: 'opening', attempt: attempt + 1 } }));
}

export function endOpenRound(
  state: State,
  outcome: RoundSummary['outcome'],
  { at, index }: Recorded,
  result = '',
  accepted = 0,
): State {
  const seats = seatsOf(state.run?.phase);
  const last = state.rounds.at(-1);
  if (!seats || last?.outcome !== 'open') return state;
  const refused = [...seats].flatMap(([member, seat]) =>
    seat.state === 'refused' ? [{ member, code: seat.verdict.code ?? 'refused' }] : [],
  );
  const seconds = (Date.parse(at) - Date.parse(last.openedAt)) / 1000;
  const summary: RoundSummary = { ...last, outcome, accepted, refused, result, seconds, lastIndex: index };
  return { ...state, rounds: [...state.rounds.slice(0, -1), summary] };
}
