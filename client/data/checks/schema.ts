/** Are the columns there that the federation declares, each once? */
import { Refusal } from '../../../shared/refusal.ts';
import type { CheckResult } from './check-result.ts';

/** How many column names a message lists. */
const LISTED_COLUMNS = 20;

/** Columns of the source that nothing asked for: read past, but named in the report. */
export function extraColumns(found: readonly string[], wanted: readonly string[]): string[] {
  const used = new Set(wanted);
  return found.filter((name) => !used.has(name));
}

/** Refuses with `data_columns` when a wanted column is missing or appears twice. */
export function requireColumns(path: string, found: readonly string[], wanted: readonly string[]): void {
  const counts = new Map<string, number>();
  for (const name of found) counts.set(name, (counts.get(name) ?? 0) + 1);
  const missing = wanted.filter((name) => !counts.has(name));
  const twice = wanted.filter((name) => (counts.get(name) ?? 0) > 1);
  if (missing.length === 0 && twice.length === 0) return;
  const wrong = [
    missing.length > 0 ? `missing: ${list(missing)}` : '',
    twice.length > 0 ? `more than once: ${list(twice)}` : '',
  ];
  throw new Refusal(
    'data_columns',
    `${path}: of ${wanted.length} columns wanted, ${wrong.filter(Boolean).join('; ')}`,
    {
      path,
      missing: list(missing),
      twice: list(twice),
    },
  );
}

/** The check of a source whose columns were accepted. */
export function columnsCheck(found: number, extra: readonly string[]): CheckResult {
  const ignored = extra.length === 0 ? '' : `; ignored: ${list(extra)}`;
  return {
    name: 'columns',
    value: found - extra.length,
    bound: found - extra.length,
    passed: true,
    refuses: true,
    code: 'data_columns',
    message: `every declared column is there${ignored}`,
  };
}

function list(names: readonly string[]): string {
  const rest = names.length - LISTED_COLUMNS;
  const listed = names.slice(0, LISTED_COLUMNS).join(', ');
  return rest > 0 ? `${listed} and ${rest} more` : listed;
}
