/** What an operator does to a standing, and what a member may say to it. */
import { Refusal } from '../../../shared/refusal.ts';
import type { CommandOf, StandingAction } from '../commands.ts';
import { type Event, event, type Standing } from '../events.ts';
import { abandoned, closeIfComplete, tooFew } from '../round/collection.ts';
import { type Member, receivedOf, type State, seatOf } from '../state.ts';
import { MAX_REASON_CHARACTERS, requireShort, shortReason } from '../texts.ts';
import { knownMember } from './decide-members.ts';

/** From which standings an action is possible, and where it leads. */
const TRANSITIONS: Record<
  Exclude<StandingAction, 'undo'>,
  { readonly from: readonly Standing[]; readonly to: Standing }
> = {
  approve: { from: ['pending'], to: 'active' },
  suspend: { from: ['active', 'quarantined'], to: 'suspended' },
  quarantine: { from: ['active'], to: 'quarantined' },
  release: { from: ['quarantined'], to: 'active' },
  reinstate: { from: ['suspended', 'quarantined'], to: 'active' },
  revoke: { from: ['pending', 'active', 'suspended', 'quarantined'], to: 'revoked' },
};

const DAY_MS = 86_400_000;

/** Between what an undoing took back and the reason of the standing it leads back to. */
const REASON_BEFORE = '; its reason was: ';

export function decideStanding(state: State, command: CommandOf<'change-standing'>): Event[] {
  const { member: id, action, by, maxSamples } = command;
  const member = knownMember(state, id);
  const to = action === 'undo' ? standingBefore(member) : standingAfter(member, action);
  const reason = command.reason || (action === 'undo' ? whatIsTakenBack(member) : '');
  if (to !== 'active' && isLastOperator(state, member)) {
    throw new Refusal(
      'standing_conflict',
      `${id} is the last active operator; a federation without one cannot be steered`,
      { member: id },
    );
  }
  const changed = event('standing_changed', {
    member: id,
    from: member.standing,
    to,
    reason,
    by,
    ...(maxSamples ? { maxSamples } : {}),
  });
  return [
    changed,
    ...(to === 'active'
      ? []
      : withdrawPending(state, id, `${member.standing} → ${to}: ${reason || 'no reason given'}`)),
  ];
}

function standingAfter({ id, role, standing }: Member, action: Exclude<StandingAction, 'undo'>): Standing {
  const { from, to } = TRANSITIONS[action];
  if (!from.includes(standing)) {
    throw new Refusal(
      'standing_conflict',
      `${id} is ${standing}; ${action} is possible from ${from.join(', ')}`,
      { member: id, standing },
    );
  }
  if (to === 'quarantined' && role !== 'member') {
    throw new Refusal('standing_conflict', `${id} is ${role}; quarantine is for members, who send updates`, {
      member: id,
      role,
    });
  }
  return to;
}

/** A revocation stays: its key may be in other hands. */
function standingBefore({ id, standing, changes }: Member): Standing {
  const last = changes.at(-1);
  if (last && standing !== 'revoked') return last.from;
  const why = last ? 'was revoked, which is for good' : 'has had no change of standing yet';
  throw new Refusal('standing_conflict', `${id} ${why}`, { member: id, standing });
}

/** The reason of an undoing that was given none; with the reason of whoever is out again, which still holds. */
function whatIsTakenBack({ changes }: Member): string {
  const [before, last] = [changes.at(-2), changes.at(-1)];
  if (!last) return '';
  const what = `took back: ${last.from} → ${last.to} by ${last.by}, ${last.at}`;
  const isOutAgain = last.from === 'quarantined' || last.from === 'suspended';
  const why = isOutAgain && before ? reasonGiven(before.reason) : '';
  return shortReason(why ? `${what}${REASON_BEFORE}${why}` : what);
}

/** Without what undoings wrote before it, or a reason would grow with each of them. */
function reasonGiven(reason: string): string {
  const [first = '', ...given] = reason.split(REASON_BEFORE);
  if (!first.startsWith('took back: ')) return reason;
  return given.join(REASON_BEFORE);
}

/** A member that loses its standing takes its pending update with it, and the round may close or fall below quorum by that. */
function withdrawPending(state: State, member: string, reason: string): Event[] {
  const phase = state.run?.phase;
  if (!phase || !('seats' in phase)) return [];
  const seat = seatOf(phase, member);
  if (seat?.state !== 'received' && seat?.state !== 'awaited') return [];
  const { round } = phase;
  const withdrawn =
    seat.state === 'received'
      ? [
          event('update_withdrawn', {
            round: round.round,
            attempt: round.attempt,
            member,
            update: seat.received.update,
            reason,
          }),
        ]
      : [];
  if (!phase.seats.has(member)) return withdrawn;
  const rest = new Map(phase.seats).set(member, { state: 'withdrawn' });
  if (phase.phase === 'collecting') return [...withdrawn, ...closeIfComplete({ ...phase, seats: rest })];
  const inHand = receivedOf(rest).length;
  return inHand < round.min ? [...withdrawn, abandoned(phase, tooFew(inHand, round.min))] : withdrawn;
}

/**
 * One a day, and one more whenever the standing has changed since: a note is an entry of the journal. The same note
 * again is the answer that got lost.
 */
export function decideAppeal(state: State, { member: id, note, nowMs }: CommandOf<'appeal'>): Event[] {
  requireShort('the note', note, MAX_REASON_CHARACTERS);
  if (note.trim() === '') throw new Refusal('usage', 'an appeal says something: the note is empty');
  const member = knownMember(state, id);
  requireCause(state, member);
  const { appeal } = member;
  if (appeal && appeal.at >= member.since && nowMs - Date.parse(appeal.at) < DAY_MS) {
    if (appeal.note === note) return [];
    const nextAt = new Date(Date.parse(appeal.at) + DAY_MS).toISOString();
    throw new Refusal(
      'too_frequent',
      `the last appeal was at ${appeal.at} (bound 1 in 24 h): the next may come from ${nextAt}, or after a change of standing`,
      { lastAt: appeal.at, nextAt, bound: 1 },
    );
  }
  return [event('appeal_lodged', { member: id, note })];
}

function requireCause(state: State, { id, standing }: Member): void {
  const last = state.lastJudged.get(id)?.verdict;
  const keptOut = last?.code !== undefined && (last.decision === 'reject' || last.decision === 'quarantine');
  if (standing === 'quarantined' || standing === 'suspended' || (standing === 'active' && keptOut)) return;
  throw new Refusal('appeal_without_cause', `${id} is ${standing} and its last update was not refused`, {
    standing,
  });
}

/** Pausing what is paused, or resuming what goes on, changes nothing. */
export function decideAutomation(
  state: State,
  { paused, reason, by }: CommandOf<'change-automation'>,
): Event[] {
  if (state.automation.paused === paused) return [];
  return [event('automation_changed', { paused, reason, by })];
}

function isLastOperator(state: State, member: Member): boolean {
  const active = [...state.members.values()].filter(
    (other) => other.role === 'operator' && other.standing === 'active',
  );
  return member.role === 'operator' && active.length === 1 && active[0]?.id === member.id;
}
