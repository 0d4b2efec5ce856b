/** What one data check found, against which bound. */
import type { RefusalCode } from '../../../shared/refusal.ts';

export interface CheckResult {
  readonly name: 'columns' | 'rows' | 'size' | 'duplicates' | 'drift' | 'site';
  readonly value: number;
  readonly bound: number;
  readonly passed: boolean;
  /** Whether failing it refuses to train; otherwise it warns. */
  readonly refuses: boolean;
  /** The refusal it becomes when it fails. */
  readonly code: RefusalCode;
  readonly message: string;
}
