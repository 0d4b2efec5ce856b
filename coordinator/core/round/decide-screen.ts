import type { Finding, Verdict } from '../../../shared/verdict.ts';
import { CANARY_AUDIT } from '../checks/detectors/audited.ts';
import type { CommandOf } from '../commands.ts';
import { type Event, event, type Recorded, type RoundFacts } from '../events.ts';
import { evolveAll } from '../evolve.ts';
import { automaticStanding } from '../standing/automation.ts';
import { type Phase, type Received, receivedOf, type State } from '../state.ts';
import { abandoned, tooFew } from './collection.ts';

/**
 * What the cohort's checks found becomes verdicts, and the verdicts steps of standing. Accepted updates have no event
 * of their own; whatever is in shadow is kept out, with the code it would have been refused with. Nothing happens when
 * the updates judged are no longer those that were received.
 */
export function decideScreen(state: State, command: CommandOf<'screen'>): Event[] {
  const phase = state.run?.phase;
  if (phase?.phase !== 'screening') return [];
  const { round, seats, shadow } = phase;
  if (round.round !== command.round || round.attempt !== command.attempt) return [];
  const verdicts = new Map(command.judged.map(({ member, verdict }) => [member, verdict]));
  const counted = withVerdicts(receivedOf(seats), verdicts);
  const beside = withVerdicts(receivedOf(shadow), verdicts);
  // Whoever lost its seat meanwhile was measured with the others: those who are left are measured again.
  if (!counted || !beside || verdicts.size !== counted.length + beside.length) return [];
  const events = [
    ...counted
      .filter(({ verdict }) => verdict.decision !== 'accept')
      .map(({ received, verdict }) => judged(round, received, verdict)),
    ...beside.map(({ received, verdict }) => judged(round, received, inShadow(verdict))),
    ...endOf(state, phase, counted, command),
  ];
  const after = evolveAll(state, recordedAt(events, state.size, command.nowMs));
  return [...events, ...automaticStanding(after, round.round, command.nowMs)];
}

type ScreeningPhase = Extract<Phase, { phase: 'screening' }>;

interface Judged {
  readonly received: Received;
  readonly verdict: Verdict;
}

/** Undefined when an update has no verdict. */
function withVerdicts(
  updates: readonly Received[],
  verdicts: ReadonlyMap<string, Verdict>,
): Judged[] | undefined {
  const all = updates.flatMap((received) => {
    const verdict = verdicts.get(received.member);
    return verdict ? [{ received, verdict }] : [];
  });
  return all.length === updates.length ? all : undefined;
}

/** Too few are left, or the run begins again without some, or the round goes on with those let in. */
function endOf(
  state: State,
  phase: ScreeningPhase,
  counted: readonly Judged[],
  command: CommandOf<'screen'>,
): Event[] {
  const { round } = phase;
  const accepted = counted.filter(({ verdict }) => keepsIn(verdict)).map(({ received }) => received.member);
  if (accepted.length < round.min)
    return [abandoned(phase, tooFew(accepted.length, round.min), command.evidence)];
  const covered = coveredBefore(state, counted, round.cohort.length);
  return covered.length > 0
    ? restarted(phase, covered, command.evidence)
    : [screened(command, accepted.sort())];
}

/**
 * Whom the audit took out of these sums, where the run has begun with statistics that they had sent as well. Nobody, when
 * with those left out before they would be no minority: a run never loses most of its members to audits.
 */
function coveredBefore({ run }: State, counted: readonly Judged[], asked: number): string[] {
  if (run === undefined || run.roundsDone === 0) return [];
  const covered = counted
    .filter(({ verdict }) => !keepsIn(verdict) && verdict.findings.some(isTakenOut))
    .map(({ received }) => received.member)
    .sort();
  const before = run.without.length;
  return 2 * (before + covered.length) < before + asked ? covered : [];
}

function isTakenOut({ check, passed }: Finding): boolean {
  return check === CANARY_AUDIT.name && !passed;
}

/** The next round is the first one's again, for everybody else. */
function restarted(phase: ScreeningPhase, without: readonly string[], evidence: string | undefined): Event[] {
  const reason = `the canary audit took ${without.join(', ')} out`;
  return [
    abandoned(phase, `${reason}: the run begins again`, evidence),
    event('run_restarted', {
      run: phase.round.run,
      without,
      reason: `${reason} of sums that rest on what they sent before`,
    }),
  ];
}

/** `clip` stays in, to weigh less. */
function keepsIn({ decision }: Verdict): boolean {
  return decision === 'accept' || decision === 'clip';
}

function judged({ round, attempt }: RoundFacts, { member, update }: Received, verdict: Verdict): Event {
  return event('update_judged', { round, attempt, member, update, verdict });
}

/** Copies of others too are what keeps a member in quarantine: whoever copies shows nothing of its own. */
function inShadow(verdict: Verdict): Verdict {
  const { code, message } = verdict;
  const would = code === undefined ? 'it would have been accepted' : message;
  return { ...verdict, decision: 'quarantine', message: `in quarantine, weight 0; ${would}` };
}

function screened(
  { round, attempt, medianNorm, evidence, points }: CommandOf<'screen'>,
  accepted: readonly string[],
): Event {
  return event('cohort_screened', { round, attempt, accepted, medianNorm, evidence, points });
}

function recordedAt(events: readonly Event[], from: number, nowMs: number): Recorded[] {
  const at = new Date(nowMs).toISOString();
  return events.map((decided, place) => ({ ...decided, at, index: from + place }));
}
