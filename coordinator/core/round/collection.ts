/** When a collection closes. Waiting is measured in progress: whoever moves is waited for. */
import type { RoundWindows } from '../../../shared/federation/schema.ts';
import { type DataOf, type Event, event } from '../events.ts';
import { type CollectingPhase, receivedOf, type Seats } from '../state.ts';

type Because = DataOf<'collection_closed'>['because'];

/** Closes at once when nothing more can or need arrive. */
export function closeIfComplete(phase: CollectingPhase): Event[] {
  const { round, seats } = phase;
  const inHand = receivedOf(seats).length;
  if (inHand >= round.target) return [closed(phase, 'target')];
  if (awaited(seats).length > 0) return [];
  return inHand >= round.min ? [closed(phase, 'settled')] : [abandoned(phase, tooFew(inHand, round.min))];
}

/** Closes, or gives up, when a window has passed and none of the awaited members is moving. */
export function closeIfOverdue(
  phase: CollectingPhase,
  windows: RoundWindows,
  nowMs: number,
  moving: ReadonlySet<string>,
): Event[] {
  const { round, seats } = phase;
  const complete = closeIfComplete(phase);
  if (complete.length > 0) return complete;
  if (nowMs < nextDeadlineMs(phase, windows)) return [];
  if (awaited(seats).some((member) => moving.has(member))) return [];
  const inHand = receivedOf(seats).length;
  if (inHand < round.min)
    return [abandoned(phase, `${tooFew(inHand, round.min)} after ${windows.openFor} ms`)];
  return [closed(phase, nowMs < round.openedAtMs + windows.openFor ? 'grace' : 'deadline')];
}

/** The next moment at which the collection could close by time, in ms since the epoch. */
export function nextDeadlineMs(phase: CollectingPhase, windows: RoundWindows): number {
  const deadlineMs = phase.round.openedAtMs + windows.openFor;
  return phase.quorumAtMs === undefined ? deadlineMs : Math.min(deadlineMs, phase.quorumAtMs + windows.grace);
}

export function awaited(seats: Seats): string[] {
  return [...seats].flatMap(([member, seat]) => (seat.state === 'awaited' ? [member] : []));
}

export function abandoned(
  { round }: Pick<CollectingPhase, 'round'>,
  reason: string,
  evidence?: string,
): Event {
  const given = { round: round.round, attempt: round.attempt, reason };
  return event('round_abandoned', evidence === undefined ? given : { ...given, evidence });
}

export function tooFew(inHand: number, min: number): string {
  return `quorum missed: ${inHand} usable updates, ${min} needed`;
}

function closed({ round }: CollectingPhase, because: Because): Event {
  return event('collection_closed', { round: round.round, attempt: round.attempt, because });
}
