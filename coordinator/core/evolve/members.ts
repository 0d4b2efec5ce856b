/** Folds what happens to members: enrolment, standing, reputation, appeals, and the brake on automation. */
import { AUTOMATIC, type DataOf, type Standing } from '../events.ts';
import { withEntry, withMember, withSeat } from '../parts.ts';
import { type Conduct, conductAfter, NEW_CONDUCT, outliersAmong } from '../standing/conduct.ts';
import { NO_TRAIL } from '../standing/trail.ts';
import { type Member, type State, seatOf } from '../state.ts';

/** Changes of standing that are remembered with a member; all of them are in the journal. */
const CHANGES_KEPT = 5;

export function memberJoined(state: State, data: DataOf<'member_joined'>, at: string): State {
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
    conduct: NEW_CONDUCT,
    trail: NO_TRAIL,
    changes: [],
    appeal: undefined,
    recommendation: undefined,
  };
  const invite = state.invites.get(data.invite);
  return {
    ...state,
    members: withEntry(state.members, member.id, member),
    dids: withEntry(state.dids, member.did, member.id),
    invites: invite ? withEntry(state.invites, invite.id, { ...invite, spent: true }) : state.invites,
  };
}

export function standingChanged(state: State, data: DataOf<'standing_changed'>, at: string): State {
  const { member: id, from, to, reason, by, maxSamples } = data;
  const member = state.members.get(id);
  if (!member) return state;
  const round = state.rounds.at(-1)?.round ?? 0;
  const changed = withMember(withQuarantineCounted(state, data, at), id, {
    standing: to,
    reason,
    since: at,
    changes: [...member.changes, { from, to, reason, by, at, round }].slice(-CHANGES_KEPT),
    conduct: afresh(member.conduct, to),
    appeal: to === 'active' ? undefined : member.appeal,
    recommendation: undefined,
    ...(maxSamples === undefined ? {} : { maxSamples }),
  });
  return withoutAwaitedSeat(changed, id, to);
}

/** Whoever is active again has its rounds of before behind it, or the next outlier would quarantine it at once. */
function afresh(conduct: Conduct, to: Standing): Conduct {
  return { ...conduct, cleanInRow: 0, recent: to === 'active' ? [] : conduct.recent };
}

function withoutAwaitedSeat(state: State, member: string, to: Standing): State {
  const phase = state.run?.phase;
  if (!phase || !('seats' in phase) || seatOf(phase, member)?.state !== 'awaited') return state;
  const keeps = to === 'active' || (to === 'quarantined' && phase.shadow.has(member));
  return keeps ? state : withSeat(state, member, { state: 'withdrawn' });
}

function withQuarantineCounted(
  state: State,
  { member, to, by }: DataOf<'standing_changed'>,
  at: string,
): State {
  if (by !== AUTOMATIC || to !== 'quarantined') return state;
  const atMs = Date.parse(at);
  const perMs = state.federation?.standing.budget.per ?? 0;
  const { automation } = state;
  const counted = [...automation.quarantinedAtMs].filter(([, earlierMs]) => atMs - earlierMs < perMs);
  return {
    ...state,
    automation: { ...automation, quarantinedAtMs: new Map(counted).set(member, atMs) },
  };
}

export function standingRecommended(state: State, data: DataOf<'standing_recommended'>): State {
  const { member, ...recommendation } = data;
  return withMember(state, member, { recommendation });
}

export function appealLodged(state: State, { member, note }: DataOf<'appeal_lodged'>, at: string): State {
  return withMember(state, member, { appeal: { note, at } });
}

/** With the pause goes what it alone held back: the next judged round decides anew. */
export function automationChanged(state: State, data: DataOf<'automation_changed'>, at: string): State {
  const { paused, by, reason } = data;
  const changed = { ...state, automation: { ...state.automation, paused, by, reason, since: at } };
  if (paused) return changed;
  const held = [...state.members.values()].filter(
    ({ recommendation }) => recommendation?.because === 'paused',
  );
  return held.reduce((freed, { id }) => withMember(freed, id, { recommendation: undefined }), changed);
}

/** One judged round of a member. A recommendation goes when what it rested on has gone. */
export function withJudgement(state: State, id: string, round: number, outlier: boolean): State {
  const member = state.members.get(id);
  const policy = state.federation?.standing;
  if (!member || !policy || !state.run) return state;
  const { run, roundsDone: place } = state.run;
  const conduct = conductAfter(member.conduct, { round, run, place, outlier }, policy);
  const { recommendation } = member;
  const holds =
    recommendation?.to === 'quarantined'
      ? outliersAmong(conduct.recent).length >= policy.quarantineAfter
      : conduct.cleanInRow >= policy.releaseAfter;
  return withMember(state, id, { conduct, recommendation: holds ? recommendation : undefined });
}
