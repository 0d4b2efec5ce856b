/** Enough rows to learn from, and none that could not be read. */
import type { SitePolicy } from '../site-policy.ts';
import type { CheckResult } from './check-result.ts';

export function sizeCheck(rows: number, policy: SitePolicy): CheckResult {
  return {
    name: 'size',
    value: rows,
    bound: policy.minRows,
    passed: rows >= policy.minRows,
    refuses: true,
    code: 'data_empty',
    message: `${rows} rows, the site policy asks for at least ${policy.minRows}`,
  };
}

/** `first`: the message of the first record that could not be read. */
export function badRowsCheck(bad: number, first: string | undefined, policy: SitePolicy): CheckResult {
  return {
    name: 'rows',
    value: bad,
    bound: 0,
    passed: bad === 0,
    refuses: policy.onBadRow === 'refuse',
    code: 'data_cell',
    message: badRowsText(bad, first),
  };
}

function badRowsText(bad: number, first = ''): string {
  if (bad === 0) return 'every record is a row';
  return bad === 1 ? `1 record is not a row: ${first}` : `${bad} records are not rows, the first ${first}`;
}
