/** What became of an update, in words for people. On the wire and in JSON a decision keeps its name. */
import type { JournalEntry } from '../../shared/wire/generated/vedette/v1/JournalEntry.ts';
import type { DataOf } from '../core/events.ts';

/**
 * The wire calls `quarantine` both the update that is kept out of one round, which counts against nobody, and every update
 * of a member in quarantine. `inShadow`: the member had a seat in shadow.
 */
export function verdictWords(
  { decision, code }: { readonly decision: string; readonly code?: string },
  inShadow: boolean,
): string {
  if (inShadow && decision === 'accept') return 'in shadow';
  if (decision !== 'quarantine') return decision;
  if (!inShadow) return 'kept out';
  return code ? 'in shadow: would not pass' : 'in shadow: would pass';
}

/** Members with a seat in shadow, as a `round_opened` says. */
export function shadowSeats({ data }: Pick<JournalEntry, 'data'>): ReadonlySet<string> {
  return new Set((JSON.parse(data) as DataOf<'round_opened'>).shadow ?? []);
}
