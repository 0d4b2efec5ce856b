/** A flood of equal rows weighs on a model as one source would that shouts. */
import type { SitePolicy } from '../site-policy.ts';
import type { CheckResult } from './check-result.ts';

/** `repeats`: rows equal to an earlier one, as the bounded-memory filter counts them (see repeat-filter.ts). */
export function duplicatesCheck(repeats: number, rows: number, policy: SitePolicy): CheckResult {
  const value = rows === 0 ? 0 : repeats / rows;
  const passed = value <= policy.maxDuplicateShare;
  return {
    name: 'duplicates',
    value,
    bound: policy.maxDuplicateShare,
    passed,
    refuses: true,
    code: 'data_duplicates',
    message: `${repeats} of ${rows} rows equal an earlier one`,
  };
}
