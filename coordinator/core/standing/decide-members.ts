import { Refusal } from '../../../shared/refusal.ts';
import type { CommandOf } from '../commands.ts';
import { AUTOMATIC, type Event, event } from '../events.ts';
import type { Member, State } from '../state.ts';
import { MAX_SOFTWARE_CHARACTERS, requireShort } from '../texts.ts';

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
  if (name === AUTOMATIC)
    throw new Refusal('usage', `name ${AUTOMATIC} is taken: the journal calls so what policy does by itself`);
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
