/** What a node does when a call failed: most failures pass, some must stop it. */
import type { Refusal, RefusalCode } from '../../shared/refusal.ts';

export type NextMove =
  | { readonly move: 'retry'; readonly delayMs: number }
  /** Ask for a fresh certificate first. */
  | { readonly move: 'renew'; readonly delayMs: number }
  | { readonly move: 'stop' };

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 5_000;
/** Where a person has to act first, asking often helps nobody. */
const PATIENT_DELAY_MS = 10_000;

/** A history that forks, or a stranger who answers: going on could do harm. */
const STOPS: ReadonlySet<RefusalCode> = new Set([
  'log_inconsistent',
  'checkpoint_invalid',
  'receipt_invalid',
  'coordinator_untrusted',
  'member_unknown',
  'token_invalid',
  'key_missing',
  'key_unsafe',
  'key_invalid',
]);
const RENEWS: ReadonlySet<RefusalCode> = new Set(['certificate_expired', 'certificate_invalid']);

/**
 * @param failures how many calls in a row failed, this one included
 * @param random from [0, 1): spreads a consortium's retries after a restart of the coordinator
 */
export function afterFailure(refusal: Pick<Refusal, 'code' | 'kind'>, failures: number, random: number): NextMove {
  if (STOPS.has(refusal.code)) return { move: 'stop' };
  const backoffMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 16));
  const delayMs = Math.round(backoffMs * (0.5 + random / 2));
  if (RENEWS.has(refusal.code)) return { move: 'renew', delayMs };
  if (refusal.kind === 'unavailable') return { move: 'retry', delayMs };
  return { move: 'retry', delayMs: Math.max(delayMs, PATIENT_DELAY_MS / 2 + (random * PATIENT_DELAY_MS) / 2) };
}
