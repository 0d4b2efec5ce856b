import type { Draft } from '../../coordinator/ports/journal.ts';

export function draft(number: number, data: unknown = { number }): Draft {
  return { type: `event_${number % 3}`, at: new Date(1_700_000_000_000 + number).toISOString(), data };
}

export function drafts(count: number, from = 0): Draft[] {
  return Array.from({ length: count }, (_, offset) => draft(from + offset));
}
