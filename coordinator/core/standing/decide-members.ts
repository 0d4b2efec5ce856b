import { Refusal } from '../../../shared/refusal.ts';
import type { CommandOf, StandingAction } from '../commands.ts';
import { type Event, event, type Standing } from '../events.ts';
import { abandoned, closeIfComplete, tooFew } from '../round/collection.ts';
import { type Member, receivedOf, type State } from '../state.ts';
import { MAX_SOFTWARE_CHARACTERS, requireShort } from '../texts.ts';

/** From which standings an action is possible, and where it leads. */
const TRANSITIONS: Record<StandingAction, { readonly from: readonly Standing[]; readonly to: Standing }> = {
  approve: { from: ['pending'], to: 'active' },
  suspend: { from: ['active', 'quarantined'], to: 'suspended' },
  reinstate: { from: ['suspended', 'quarantined'], to: 'active' },
  revoke: { from: ['pending', 'active', 'suspended', 'quarantined'], to: 'revoked' },
};

const MEMBER_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The operator that `init` makes: there is nobody yet who could invite it. */
export function decideFirstOperator(state: State, { name, did }: CommandOf<'enrol-operator'>): Event[] {
  requireName(name);
  if (state.members.size > 0)
    throw new Refusal('member_exists', 'a federation with members takes operators by invite only');
  return [
    event('member_joined', { member: name, name, role: 'operator', did, invite: '', standing: 'active' }),
  ];
}

/** Refuses `usage`. */
export function requireName(name: string): void {
  if (MEMBER_NAME.test(name)) return;
  throw new Refusal(
    'usage',
    `name ${JSON.stringify(name.slice(0, 80))} must be lower-case letters, digits and hyphens, at most 63`,
  );
}

export function decideInvite(state: State, command: CommandOf<'issue-invite'>): Event[] {
  const { invite, name, role, secretHash, validMs, nowMs, by } = command;
  requireName(name);
  if (state.members.has(name))
    throw new Refusal('member_exists', `${name} is enrolled already`, { member: name });
  const expiresAt = new Date(nowMs + validMs).toISOString();
  return [event('invite_issued', { invite, name, role, secretHash, expiresAt, by })];
}

export function decideJoin(state: State, { secretHash, did, nowMs }: CommandOf<'join'>): Event[] {
  const invite = [...state.invites.values()].find((issued) => issued.secretHash === secretHash);
  if (!invite) throw new Refusal('invite_invalid', 'no invite has this secret');
  const known = state.dids.get(did);
  if (invite.spent && known === invite.name) return [];
  if (invite.spent)
    throw new Refusal('invite_used', `the invite for ${invite.name} was used already (it works once)`);
  if (Date.parse(invite.expiresAt) <= nowMs) {
    throw new Refusal('invite_expired', `the invite for ${invite.name} expired at ${invite.expiresAt}`, {
      expiresAt: invite.expiresAt,
    });
  }
  if (known) throw new Refusal('member_exists', `this key is enrolled as ${known}`, { member: known });
  if (state.members.has(invite.name))
    throw new Refusal('member_exists', `${invite.name} is enrolled already`, { member: invite.name });
  const standing = invite.role === 'operator' ? 'active' : 'pending';
  return [
    event('member_joined', {
      member: invite.name,
      name: invite.name,
      role: invite.role,
      did,
      invite: invite.id,
      standing,
    }),
  ];
}

export function decideStanding(state: State, command: CommandOf<'change-standing'>): Event[] {
  const { member: id, action, reason, by, maxSamples } = command;
  const member = knownMember(state, id);
  const { from, to } = TRANSITIONS[action];
  if (!from.includes(member.standing)) {
    throw new Refusal(
      'standing_conflict',
      `${id} is ${member.standing}; ${action} is possible from ${from.join(', ')}`,
      { member: id, standing: member.standing },
    );
  }
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

/** A member that loses its standing takes its pending update with it, and the round may close or fall below quorum by that. */
function withdrawPending(state: State, member: string, reason: string): Event[] {
  const phase = state.run?.phase;
  if (!phase || !('seats' in phase)) return [];
  const seat = phase.seats.get(member);
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
  const rest = new Map(phase.seats).set(member, { state: 'withdrawn' });
  if (phase.phase === 'collecting') return [...withdrawn, ...closeIfComplete({ ...phase, seats: rest })];
  const inHand = receivedOf(rest).length;
  return inHand < round.min ? [...withdrawn, abandoned(phase, tooFew(inHand, round.min))] : withdrawn;
}

export function decideReport(state: State, command: CommandOf<'report-node'>): Event[] {
  const { member: id, software, backend, modelVersion } = command;
  requireShort('software', software, MAX_SOFTWARE_CHARACTERS);
  requireShort('backend', backend, MAX_SOFTWARE_CHARACTERS);
  const member = knownMember(state, id);
  const same =
    member.software === software && member.backend === backend && member.modelVersion === modelVersion;
  return same ? [] : [event('node_reported', { member: id, software, backend, modelVersion })];
}

export function knownMember(state: State, id: string): Member {
  const member = state.members.get(id);
  if (!member) throw new Refusal('member_unknown', `no member is called ${JSON.stringify(id.slice(0, 80))}`);
  return member;
}

function isLastOperator(state: State, member: Member): boolean {
  const active = [...state.members.values()].filter(
    (other) => other.role === 'operator' && other.standing === 'active',
  );
  return member.role === 'operator' && active.length === 1 && active[0]?.id === member.id;
}
