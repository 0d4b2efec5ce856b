/** Folds one event into the state. Pure and total: a journal that was accepted once always folds again. */
import { ACCEPTED, type Verdict } from '../../shared/verdict.ts';
import type { DataOf, Recorded, RoundFacts } from './events.ts';
import { inPhase, inRound, inRun, seatsOf, withEntry, withMember, withSeat } from './parts.ts';
import {
  type Candidate,
  type Judged,
  type Member,
  type RoundSummary,
  type Run,
  receivedOf,
  type Seat,
  type Seats,
  type State,
} from './state.ts';

export function evolve(state: State, recorded: Recorded): State {
  return { ...fold(state, recorded), size: recorded.index + 1 };
}

export function evolveAll(state: State, entries: Iterable<Recorded>): State {
  let folded = state;
  for (const entry of entries) folded = evolve(folded, entry);
  return folded;
}

function fold(state: State, recorded: Recorded): State {
  switch (recorded.type) {
    case 'federation_founded': {
      const { federation, digest, keys } = recorded.data;
      return { ...state, federation, federationDigest: digest, keys };
    }
    case 'invite_issued': {
      const { invite, name, role, secretHash, expiresAt } = recorded.data;
      const issued = { id: invite, name, role, secretHash, expiresAt, spent: false };
      return { ...state, invites: withEntry(state.invites, invite, issued) };
    }
    case 'member_joined':
      return memberJoined(state, recorded.data, recorded.at);
    case 'certificate_issued':
      return state;
    case 'standing_changed':
      return standingChanged(state, recorded.data, recorded.at);
    case 'node_reported': {
      const { member, software, backend, modelVersion } = recorded.data;
      return withMember(state, member, { software, backend, modelVersion });
    }
    case 'run_opened': {
      const { run, steps, base } = recorded.data;
      const opened: Run = {
        run,
        steps,
        base,
        server: undefined,
        at: { step: 0, done: 0 },
        roundsDone: 0,
        phase: { phase: 'opening', attempt: 1 },
        index: recorded.index,
        lastContributors: [],
      };
      return { ...state, run: opened, runs: state.runs + 1 };
    }
    case 'round_opened':
      return roundOpened(state, recorded.data, recorded);
    case 'update_received':
      return updateReceived(state, recorded.data, recorded);
    case 'update_judged':
      return updateJudged(state, recorded.data, recorded.index);
    case 'update_withdrawn':
      return updateWithdrawn(state, recorded.data, recorded.index);
    case 'collection_closed':
      return inRound(state, (_run, phase) => ({
        phase: 'screening',
        round: phase.round,
        seats: phase.seats,
      }));
    case 'cohort_screened': {
      const { medianNorm } = recorded.data;
      return inRound(state, (_run, phase) => ({
        phase: 'aggregating',
        round: phase.round,
        seats: phase.seats,
        medianNorm,
      }));
    }
    case 'round_aggregated':
      return roundAggregated(state, recorded.data, recorded);
    case 'round_abandoned':
      return roundAbandoned(state, recorded.data.attempt, recorded);
    case 'candidate_assembled':
      return inRun(state, (run) => {
        const { weights, bytes, base } = recorded.data;
        const candidate: Candidate = {
          weights,
          bytes,
          base,
          electorate: run.lastContributors,
          openedAtMs: Date.parse(recorded.at),
        };
        return { ...run, phase: { phase: 'voting', candidate, votes: new Map() } };
      });
    case 'vote_received':
      return inPhase(state, 'voting', (_run, phase) => ({
        ...phase,
        votes: withEntry(phase.votes, recorded.data.member, { ...recorded.data, index: recorded.index }),
      }));
    case 'candidate_evaluated':
      return inPhase(state, 'voting', (_run, { candidate }) => ({
        phase: 'deciding',
        candidate,
        evaluation: recorded.data.evaluation,
      }));
    case 'candidate_approved':
      return inPhase(state, 'deciding', (_run, { candidate, evaluation }) => ({
        phase: 'promoting',
        candidate,
        evaluation,
        approvals: [{ by: recorded.data.by, reason: recorded.data.reason }],
      }));
    case 'candidate_rejected': {
      const { run, candidate, reason } = recorded.data;
      return {
        ...state,
        run: undefined,
        rejections: [...state.rejections, { run, weights: candidate, reason, at: recorded.at }],
      };
    }
    case 'model_promoted':
      return modelPromoted(state, recorded.data, recorded);
    case 'model_rolled_back':
      return { ...state, current: recorded.data.to };
    case 'run_failed':
    case 'run_aborted':
      return { ...endOpenRound(state, 'aborted', recorded), run: undefined };
    default:
      return unknownEvent(recorded);
  }
}

/** Unreachable for events this version writes; a journal from a newer version must not be half-understood. */
function unknownEvent(recorded: never): never {
  throw new Error(`journal entry of unknown type ${JSON.stringify((recorded as Recorded).type)}`);
}

function memberJoined(state: State, data: DataOf<'member_joined'>, at: string): State {
  const member: Member = {
    id: data.member,
    name: data.name,
    role: data.role,
    did: data.did,
    standing: data.standing,
    maxSamples: undefined,
    since: at,
    reason: '',
    accepted: 0,
    refused: 0,
    software: '',
    backend: '',
    modelVersion: 0,
  };
  const invite = state.invites.get(data.invite);
  return {
    ...state,
    members: withEntry(state.members, member.id, member),
    dids: withEntry(state.dids, member.did, member.id),
    invites: invite ? withEntry(state.invites, invite.id, { ...invite, spent: true }) : state.invites,
  };
}

function standingChanged(state: State, data: DataOf<'standing_changed'>, at: string): State {
  const { member, to, reason, maxSamples } = data;
  const changed = withMember(state, member, {
    standing: to,
    reason,
    since: at,
    ...(maxSamples === undefined ? {} : { maxSamples }),
  });
  const seat = seatsOf(changed.run?.phase)?.get(member);
  const losesSeat = to !== 'active' && seat?.state === 'awaited';
  return losesSeat ? withSeat(changed, member, { state: 'withdrawn' }) : changed;
}

function roundOpened(state: State, round: RoundFacts, { index, at }: Recorded): State {
  const seats: Seats = new Map(round.cohort.map((member): [string, Seat] => [member, { state: 'awaited' }]));
  const summary: RoundSummary = {
    round: round.round,
    attempt: round.attempt,
    run: round.run,
    step: round.step,
    outcome: 'open',
    cohort: round.cohort,
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
    phase: { phase: 'collecting', round, seats, quorumAtMs: undefined },
  }));
  return { ...opened, rounds: [...opened.rounds, summary] };
}

function updateReceived(state: State, data: DataOf<'update_received'>, { index, at }: Recorded): State {
  const { member, update, bytes, samples, norm, header } = data;
  const received = { member, update, bytes, samples, norm, header, index };
  const seated = withSeat(state, member, { state: 'received', received });
  const counted = inPhase(seated, 'collecting', (_run, phase) => {
    const reached = phase.quorumAtMs === undefined && receivedOf(phase.seats).length >= phase.round.min;
    return reached ? { ...phase, quorumAtMs: Date.parse(at) } : phase;
  });
  return withJudged(counted, member, { ...data, verdict: ACCEPTED, index });
}

function updateJudged(state: State, data: DataOf<'update_judged'>, index: number): State {
  const { member, update, verdict } = data;
  const judged = withJudged(state, member, { ...data, index });
  if (verdict.decision !== 'reject') return judged;
  const refused = judged.members.get(member)?.refused ?? 0;
  return withSeat(withMember(judged, member, { refused: refused + 1 }), member, {
    state: 'refused',
    update,
    verdict,
    index,
  });
}

/** A grace granted to a quorum ends with it: the collection then has its whole deadline again. */
function updateWithdrawn(state: State, data: DataOf<'update_withdrawn'>, index: number): State {
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

function roundAggregated(state: State, data: DataOf<'round_aggregated'>, recorded: Recorded): State {
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

function roundAbandoned(state: State, attempt: number, recorded: Recorded): State {
  const ended = endOpenRound(state, 'abandoned', recorded);
  return inRun(ended, (run) => ({ ...run, phase: { phase: 'opening', attempt: attempt + 1 } }));
}

function endOpenRound(
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

function modelPromoted(state: State, data: DataOf<'model_promoted'>, { at, index }: Recorded): State {
  const phase = state.run?.phase;
  if (phase?.phase !== 'promoting') return state;
  const { run, version, weights, bytes, parent, manifest, files, threshold } = data;
  const model = {
    version,
    run,
    weights,
    bytes,
    parent,
    manifest,
    files,
    threshold,
    evaluation: phase.evaluation,
    createdAt: at,
    index,
  };
  return { ...state, models: [...state.models, model], current: version, run: undefined };
}
