/**
 * What happens to a standing by itself after a round: quarantine of whoever is an outlier again and again, release of
 * whoever has been clean for long enough. Every step has a brake: the mode, a pause, a budget, the quorum.
 */
import { ownVerdict } from '../checks/explain/own-verdict.ts';
import { assumedOutliers, policyForSize } from '../checks/size-policy.ts';
import { AUTOMATIC, type DataOf, type Event, event } from '../events.ts';
import { activeMembers } from '../round/cohort.ts';
import { foundedFederation } from '../run/decide-run.ts';
import type { Member, State } from '../state.ts';
import { shortReason } from '../texts.ts';
import { outliersAmong } from './conduct.ts';

type Because = DataOf<'standing_recommended'>['because'];

interface Brake {
  readonly because: Because;
  /** What is said after the reason; empty where the mode says it all. */
  readonly words: string;
}

/** Rounds and findings named in a reason; the rest is in the journal. */
const ROUNDS_NAMED = 5;
const FINDINGS_NAMED = 3;

/** Steps of standing that follow from a round just judged; `state` has its verdicts folded in. */
export function automaticStanding(state: State, round: number, nowMs: number): Event[] {
  const members = [...state.members.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  const due = members
    .filter((member) => isDueForQuarantine(state, member, round))
    // The budget goes to those with the most outliers first.
    .sort((a, b) => outliersAmong(b.conduct.recent).length - outliersAmong(a.conduct.recent).length);
  const taken = new Set<string>();
  const quarantined = due.flatMap((member) => {
    const brake = brakeOnQuarantine(state, member.id, nowMs, taken);
    if (!brake) taken.add(member.id);
    return step(member, 'quarantined', whyQuarantine(state, member), brake);
  });
  const released = members
    .filter((member) => isDueForRelease(state, member, round))
    .flatMap((member) => step(member, 'active', whyRelease(state, member), brakeOnRelease(state)));
  return [...quarantined, ...released];
}

/**
 * Whoever is over the bound with this very round: a clean round quarantines nobody, and an update that was let in now,
 * though an earlier attempt of the round was an outlier, goes on to count.
 */
function isDueForQuarantine(state: State, { id, standing, conduct }: Member, round: number): boolean {
  const last = conduct.recent.at(-1);
  if (standing !== 'active' || last?.round !== round || !last.outlier || isLetIn(state, id)) return false;
  return outliersAmong(conduct.recent).length >= foundedFederation(state).standing.quarantineAfter;
}

function isLetIn({ run }: State, member: string): boolean {
  return run?.phase.phase === 'aggregating' && run.phase.seats.get(member)?.state === 'received';
}

function isDueForRelease(state: State, { standing, conduct }: Member, round: number): boolean {
  const { releaseAfter } = foundedFederation(state).standing;
  if (standing !== 'quarantined' || releaseAfter === 0 || !couldCompare(state)) return false;
  return conduct.recent.at(-1)?.round === round && conduct.cleanInRow >= releaseAfter;
}

/** Beside so few that nothing can be told apart, being clean says nothing. */
function couldCompare(state: State): boolean {
  const counted = state.rounds.at(-1)?.cohort.length ?? 0;
  return policyForSize(counted + 1).signals > 0;
}

/** `taken`: quarantined in this round already. */
function brakeOnQuarantine(
  state: State,
  member: string,
  nowMs: number,
  taken: ReadonlySet<string>,
): Brake | undefined {
  const { rounds } = foundedFederation(state);
  const held = brakeOnRelease(state);
  if (held) return held;
  const left = activeMembers(state).length - taken.size - 1;
  if (left < rounds.min) {
    const words = `it would leave ${left} active members (rounds.min ${rounds.min})`;
    return { because: 'quorum', words };
  }
  const spent = new Set([...membersCounted(state, nowMs), ...taken]);
  const budget = quarantineBudget(state, nowMs);
  if (spent.has(member) || spent.size < budget) return undefined;
  return {
    because: 'budget',
    words: `members quarantined automatically within standing.budget.per: ${spent.size} (bound ${budget})`,
  };
}

function brakeOnRelease(state: State): Brake | undefined {
  const { mode } = foundedFederation(state).standing;
  if (mode !== 'enforce') return { because: mode, words: '' };
  if (state.automation.paused) return { because: 'paused', words: 'automation is paused' };
  return undefined;
}

/** Members whose automatic quarantines the budget still counts. */
export function quarantinesCounted(state: State, nowMs: number): number {
  return membersCounted(state, nowMs).length;
}

/**
 * Each once, or one member that is quarantined and released again and again would leave nothing for the others; also
 * where the quarantine was undone, or a fault that goes from member to member would never stop.
 */
function membersCounted(state: State, nowMs: number): string[] {
  const { per } = foundedFederation(state).standing.budget;
  return [...state.automation.quarantinedAtMs].flatMap(([id, atMs]) => (nowMs - atMs < per ? [id] : []));
}

/** As many as may be outliers among those that would be active if nothing had happened by itself; at least 1. */
export function quarantineBudget(state: State, nowMs: number): number {
  const { standing, checks } = foundedFederation(state);
  if (standing.budget.quarantines !== undefined) return standing.budget.quarantines;
  const members = activeMembers(state).length + stillQuarantined(state, nowMs);
  return Math.max(1, checks.outliers ?? assumedOutliers(members));
}

/** By an automatic quarantine that the budget still counts; one that was undone is active, and counted there. */
function stillQuarantined(state: State, nowMs: number): number {
  const { per } = foundedFederation(state).standing.budget;
  return [...state.members.values()].filter(({ standing, changes }) => {
    const last = changes.at(-1);
    return standing === 'quarantined' && last?.by === AUTOMATIC && nowMs - Date.parse(last.at) < per;
  }).length;
}

function step(member: Member, to: 'quarantined' | 'active', why: string, brake: Brake | undefined): Event[] {
  if (!brake) {
    const { id, standing: from } = member;
    return [event('standing_changed', { member: id, from, to, reason: why, by: AUTOMATIC })];
  }
  const known = member.recommendation;
  if (known?.to === to && known.because === brake.because) return [];
  const reason = shortReason(brake.words ? `${why}; not done: ${brake.words}` : why);
  return [event('standing_recommended', { member: member.id, to, reason, because: brake.because })];
}

function whyQuarantine(state: State, { id, conduct }: Member): string {
  const { quarantineAfter } = foundedFederation(state).standing;
  const { recent } = conduct;
  const outliers = outliersAmong(recent);
  const named = outliers.slice(-ROUNDS_NAMED).join(', ');
  const rounds = outliers.length > ROUNDS_NAMED ? `${named} and earlier` : named;
  const share = `${outliers.length} of the last ${recent.length} judged rounds`;
  return shortReason(
    `outlier in ${share} (${rounds}; bound ${quarantineAfter}). Round ${outliers.at(-1)}: ${whatFailed(state, id)}`,
  );
}

/** Of the newest verdict: each check that failed, with its number, and no other member's name: the member reads it. */
function whatFailed(state: State, member: string): string {
  const judged = state.lastJudged.get(member)?.verdict;
  const others = [...state.members.keys()].filter((id) => id !== member);
  const verdict = judged && ownVerdict(judged, others);
  const failed = verdict?.findings.filter(({ passed }) => !passed) ?? [];
  if (failed.length === 0) return verdict?.message ?? '';
  return failed
    .slice(0, FINDINGS_NAMED)
    .map(({ check, message }) => `${check}: ${message}`)
    .join('; ');
}

function whyRelease(state: State, { conduct }: Member): string {
  const { releaseAfter } = foundedFederation(state).standing;
  return `${conduct.cleanInRow} clean rounds in quarantine, in a row (${releaseAfter} needed)`;
}
