/** Which refusals are worth another try, chosen one by one, and how long to wait before it. */
import type { Refusal, RefusalCode } from '../refusal.ts';
import { CONTROL, ENROLMENT } from './protocol.ts';

const RETRYABLE: Partial<Record<RefusalCode, string>> = {
  unavailable: 'the connection was lost or never made, or the coordinator restarts: it comes back',
  deadline:
    'the coordinator or the link was busy; the calls that are repeated change nothing the second time',
  token_replayed: 'something on the way delivered the call twice; the next try carries a new token',
};

/** Calls that may have worked although the answer was lost, and would do something else the second time. */
const ONCE_ONLY: ReadonlySet<string> = new Set([
  ENROLMENT.Join.path,
  CONTROL.Invite.path,
  CONTROL.ChangeStanding.path,
  CONTROL.OpenRun.path,
  CONTROL.AbortRun.path,
  CONTROL.DecideCandidate.path,
  CONTROL.Rollback.path,
]);

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 10_000;

export function isRetryable(refusal: Refusal): boolean {
  return refusal.code in RETRYABLE;
}

export function mayRepeat(method: string): boolean {
  return !ONCE_ONLY.has(method);
}

/**
 * Doubles with each failed attempt, from 100 ms to 10 s, of which the upper half is left to chance, so that a
 * consortium that lost its coordinator does not come back all at once.
 *
 * @param attempt failures so far in a row, from 0
 * @param random from [0, 1)
 */
export function waitBeforeRetryMs(attempt: number, random: number): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return longest * (0.5 + random / 2);
}

/** Resolves after `delayMs`, or rejects with the reason of the signal. */
export function pause(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const cancelled = (): void => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', cancelled);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', cancelled, { once: true });
  });
}
