/** What a node does when something failed: most failures pass, some it must not survive. */
import type { Refusal, RefusalCode } from '../../shared/refusal.ts';

export type NextMove =
  | 'retry'
  /** Ask for a fresh certificate, then try again. */
  | 'renew'
  /** Leave this round, vote or model, and wait for the next. */
  | 'decline'
  | 'stop';

/** A history that forks, or a stranger who answers: going on could do harm. */
const STOPS: ReadonlySet<RefusalCode> = new Set([
  'log_inconsistent',
  'checkpoint_invalid',
  'receipt_invalid',
  'coordinator_untrusted',
]);
const RENEWS: ReadonlySet<RefusalCode> = new Set(['certificate_expired', 'certificate_invalid']);
/** Mended by time or by a person while the node waits. */
const WAITS: ReadonlySet<RefusalCode> = new Set([
  'clock_skew',
  'token_flood',
  'call_flood',
  'too_frequent',
  'disk_full',
]);

/** After a failed duty: the node goes on following. */
export function afterDuty({ code, kind }: Pick<Refusal, 'code' | 'kind'>): NextMove {
  if (STOPS.has(code)) return 'stop';
  if (RENEWS.has(code)) return 'renew';
  return kind === 'unavailable' || WAITS.has(code) ? 'retry' : 'decline';
}

/** After following itself failed: without it there is nothing else to do. */
export function afterFollowing(refusal: Pick<Refusal, 'code' | 'kind'>): Exclude<NextMove, 'decline'> {
  const move = afterDuty(refusal);
  return move === 'decline' ? 'stop' : move;
}

const FIRST_DELAY_MS = 200;
const LONGEST_DELAY_MS = 10_000;

/**
 * Doubles with each failure, the upper half left to chance: a consortium does not come back all at once.
 *
 * @param failures in a row, from 1
 * @param random from [0, 1)
 */
export function delayAfterMs(failures: number, random: number): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1));
  return longest * (0.5 + random / 2);
}
