import type { Federation } from '../../../shared/federation/schema.ts';
import { Refusal, type RefusalCode } from '../../../shared/refusal.ts';
import type { Verdict } from '../../../shared/verdict.ts';
import { failedAtDoor } from '../checks/door.ts';
import { structureFinding } from '../checks/structure.ts';
import type { CommandOf } from '../commands.ts';
import { type DataOf, type Event, event, type RoundFacts } from '../events.ts';
import { currentRun, foundedFederation } from '../run/decide-run.ts';
import { knownMember } from '../standing/decide-members.ts';
import {
  type CollectingPhase,
  contributionsTotal,
  openRound,
  receivedOf,
  type State,
  seatOf,
} from '../state.ts';
import { activeMembers, broughtNothing, quarantinedMembers, seedFrom, selectCohort } from './cohort.ts';
import { abandoned, closeIfComplete, closeIfOverdue } from './collection.ts';

export function decideOpenRound(state: State, { nonce, maxBytes, nowMs }: CommandOf<'open-round'>): Event[] {
  const run = currentRun(state);
  if (run.phase.phase !== 'opening') return [];
  const federation = foundedFederation(state);
  const windows = federation.rounds;
  const { attempt } = run.phase;
  if (attempt > windows.attempts) {
    return [
      event('run_failed', {
        run: run.run,
        reason: `round abandoned ${windows.attempts} times (bound rounds.attempts)`,
      }),
    ];
  }
  const round = nextRoundNumber(state, attempt);
  const label = `${federation.seed}/${run.run}/${round}`;
  const isAsked = (member: string) => !run.without.includes(member);
  const cohort = selectCohort(
    activeMembers(state).filter(isAsked),
    windows,
    `${label}/${attempt}`,
    broughtNothing(state, round),
  );
  if (cohort.length < windows.min) {
    return [
      event('run_failed', {
        run: run.run,
        reason: `${cohort.length} active members${run.without.length > 0 ? `, ${run.without.join(', ')} left out,` : ''} (at least ${windows.min} needed)`,
      }),
    ];
  }
  const shadow = quarantinedMembers(state).filter(isAsked);
  const facts: RoundFacts = {
    run: run.run,
    round,
    attempt,
    step: run.steps[run.at.step]?.step ?? '',
    base: run.base,
    cohort,
    ...(shadow.length > 0 ? { shadow } : {}),
    min: windows.min,
    target: Math.min(windows.target ?? cohort.length, cohort.length),
    nonce,
    seed: seedFrom(label),
    maxBytes,
    openedAtMs: nowMs,
  };
  return [event('round_opened', facts)];
}

function nextRoundNumber(state: State, attempt: number): number {
  const last = state.rounds.at(-1)?.round ?? 0;
  return attempt > 1 ? last : last + 1;
}

/** The most samples this member may claim. */
export function samplesBound(state: State, federation: Federation, member: string): number {
  return state.members.get(member)?.maxSamples ?? federation.checks.maxSamples;
}

/** Submits judged without an event: the same update again, which gets its receipt again. */
export function isRepeatOfJudged(
  state: State,
  member: string,
  header: { round: number; attempt: number; update: string },
): boolean {
  const last = state.lastJudged.get(member);
  return last?.round === header.round && last.attempt === header.attempt && last.update === header.update;
}

export function decideSubmit(state: State, command: CommandOf<'submit'>): Event[] {
  const { member, header } = command;
  if (isRepeatOfJudged(state, member, header)) return [];
  const standing = knownMember(state, member).standing;
  if (standing !== 'active' && standing !== 'quarantined')
    throw new Refusal('member_not_active', `${member} is ${standing}`, { standing });
  const phase = openRound(state);
  if (!phase || header.round !== phase.round.round || header.attempt !== phase.round.attempt) {
    return [judgedLate(state, command)];
  }
  return judgeInRound(state, phase, command);
}

function judgeInRound(state: State, phase: CollectingPhase, command: CommandOf<'submit'>): Event[] {
  const { member, header, nowMs } = command;
  const seat = seatOf(phase, member);
  if (!seat)
    throw new Refusal('outside_cohort', `${member} is not in the cohort of round ${header.round}`, {
      round: header.round,
    });
  if (seat.state === 'withdrawn')
    throw new Refusal('update_withdrawn', `${member} lost its seat in round ${header.round}`);
  if (seat.state === 'refused')
    throw new Refusal(
      'update_repeated',
      `${member}'s update of round ${header.round} was refused; a seat is lost for the round`,
    );
  if (seat.state === 'received')
    return [
      ignored(
        state,
        command,
        'update_repeated',
        `round ${header.round} holds ${seat.received.update.slice(0, 12)} of ${member} already`,
      ),
    ];
  const verdict = doorVerdict(state, phase, command);
  if (verdict) return settle(phase, member, event('update_judged', { ...placeOf(command), verdict }), nowMs);
  const received = event('update_received', {
    ...placeOf(command),
    bytes: header.bytes,
    samples: header.samples,
    norm: command.norm,
    header: command.jws,
  });
  return settle(phase, member, received, nowMs);
}

/** Appends what follows from a seat being settled: the collection may be complete by it, if the seat counts. */
function settle(phase: CollectingPhase, member: string, settled: Event, nowMs: number): Event[] {
  if (!phase.seats.has(member)) return [settled];
  const seats = new Map(phase.seats);
  if (settled.type === 'update_received') {
    seats.set(member, { state: 'received', received: { ...settled.data, index: -1 } });
  } else if (settled.type === 'update_judged') {
    seats.set(member, {
      state: 'refused',
      update: settled.data.update,
      verdict: settled.data.verdict,
      index: -1,
    });
  }
  return [settled, ...closeIfComplete({ ...phase, seats, quorumAtMs: phase.quorumAtMs ?? nowMs })];
}

function doorVerdict(
  state: State,
  { round }: CollectingPhase,
  { member, header, finding }: CommandOf<'submit'>,
): Verdict | undefined {
  const federation = foundedFederation(state);
  const failed = failedAtDoor(header, {
    round,
    federation: federation.federation,
    member: knownMember(state, member).did,
    maxSamples: samplesBound(state, federation, member),
  });
  if (failed?.code)
    return { decision: 'reject', code: failed.code, message: failed.message, findings: [failed] };
  if (!finding) return undefined;
  const { code, message } = finding;
  return { decision: 'reject', code, message, findings: [structureFinding(finding)] };
}

function judgedLate(state: State, command: CommandOf<'submit'>): Event {
  const { header } = command;
  const newest = state.rounds.at(-1);
  if (!newest || header.round > newest.round) {
    throw new Refusal(
      'update_round',
      `round ${header.round} is not open (newest ${newest?.round ?? 'none'})`,
      { round: header.round },
    );
  }
  if (header.round === newest.round && header.attempt > newest.attempt) {
    throw new Refusal(
      'update_round',
      `attempt ${header.attempt} of round ${header.round} is not open (newest ${newest.attempt})`,
      { round: header.round, attempt: header.attempt },
    );
  }
  return ignored(state, command, 'update_late', `round ${header.round} attempt ${header.attempt} has closed`);
}

/** Ignored once with an event and a receipt; after that only refused, so that nobody can flood the journal. */
function ignored(state: State, command: CommandOf<'submit'>, code: RefusalCode, message: string): Event {
  const { member, header } = command;
  const last = state.lastJudged.get(member);
  const toldAlready = last !== undefined && last.round >= header.round && last.verdict.decision === 'ignore';
  const older = last !== undefined && last.round > header.round;
  if (toldAlready || older) throw new Refusal(code, message, { round: header.round });
  return event('update_judged', {
    ...placeOf(command),
    verdict: { decision: 'ignore', code, message, findings: [] },
  });
}

function placeOf({ member, header }: CommandOf<'submit'>): {
  round: number;
  attempt: number;
  member: string;
  update: string;
} {
  return { round: header.round, attempt: header.attempt, member, update: header.update };
}

export function decideTick(state: State, { nowMs, moving }: CommandOf<'tick'>): Event[] {
  const phase = openRound(state);
  return phase ? closeIfOverdue(phase, foundedFederation(state).rounds, nowMs, moving) : [];
}

export function decideAggregate(state: State, command: CommandOf<'record-aggregate'>): Event[] {
  const phase = state.run?.phase;
  if (phase?.phase !== 'aggregating' || !isSameRound(phase.round, command)) return [];
  const eligible = receivedOf(phase.seats)
    .map(({ update }) => update)
    .sort();
  const used = command.contributions.map(({ update }) => update).sort();
  if (eligible.join() !== used.join()) return [];
  const { round, attempt, rule, contributions, combined, base, server, norm } = command;
  const data: DataOf<'round_aggregated'> = {
    round,
    attempt,
    rule,
    contributions,
    samples: contributionsTotal(contributions),
    combined,
    base,
    server,
    norm,
  };
  return [event('round_aggregated', data)];
}

export function decideGiveUp(state: State, command: CommandOf<'give-up-attempt'>): Event[] {
  const phase = state.run?.phase;
  if (phase?.phase !== 'aggregating' || !isSameRound(phase.round, command)) return [];
  return [abandoned(phase, command.reason)];
}

function isSameRound(
  round: RoundFacts,
  { round: number, attempt }: { round: number; attempt: number },
): boolean {
  return round.round === number && round.attempt === attempt;
}
