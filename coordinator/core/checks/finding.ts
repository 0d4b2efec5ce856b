import type { RefusalCode } from '../../../shared/refusal.ts';

/** What one check saw: the evidence behind a verdict, kept in the journal and sent to the member. Plain JSON. */
export interface Finding {
  /** The check's name, e.g. `norm`. */
  readonly check: string;
  readonly value: number;
  /** The most that is allowed, or [least, most]. */
  readonly bound: number | readonly [number, number];
  readonly passed: boolean;
  /** Present when the check did not pass. */
  readonly code?: RefusalCode;
  readonly message: string;
}
