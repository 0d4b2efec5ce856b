import type { RefusalCode } from './refusal.ts';

/** `reject` is counted against the member; `ignore` (late, repeated, withdrawn) is not. */
export type Decision = 'accept' | 'clip' | 'quarantine' | 'reject' | 'ignore';

/** One check's number against its bound. */
export interface Finding {
  readonly check: string;
  readonly value: number;
  /** The most that is allowed, or [least, most]; absent where a check has no scale. */
  readonly bound?: number | readonly [number, number];
  readonly passed: boolean;
  readonly code?: RefusalCode;
  readonly message: string;
}

/** What was decided about an update, and why. */
export interface Verdict {
  readonly decision: Decision;
  readonly code?: RefusalCode;
  readonly message: string;
  readonly findings: readonly Finding[];
}

export const ACCEPTED: Verdict = { decision: 'accept', message: 'accepted', findings: [] };
