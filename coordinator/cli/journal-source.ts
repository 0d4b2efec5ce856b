import { Refusal } from '../../shared/refusal.ts';
import { MemoryJournal } from '../adapters/journal/memory.ts';
import { homeOf } from '../config.ts';
import type { Entry, Journal } from '../ports/journal.ts';
import { asOperator, CONTROL } from './connect.ts';
import type { Common } from './options.ts';

/**
 * The journal of a home, for reading: the file itself, or, while a coordinator holds it, its entries over the wire.
 * Either way it is the caller who verifies.
 */
export async function withJournal<T>(options: Common, work: (journal: Journal) => Promise<T>): Promise<T> {
  const journal = await openForReading(options);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

async function openForReading(options: Common): Promise<Journal> {
  // Whoever names a profile is elsewhere.
  if (options.profile !== undefined) return fetchJournal(options);
  // Loaded here: most commands speak to a coordinator and need no database.
  const { SqliteJournal } = await import('../adapters/journal/sqlite.ts');
  try {
    return SqliteJournal.open(homeOf(options.home).journal, { mustExist: true });
  } catch (error) {
    if (error instanceof Refusal && error.code === 'journal_conflict') return fetchJournal(options);
    throw error;
  }
}

async function fetchJournal(options: Common): Promise<Journal> {
  const entries = await asOperator(options, async (connection) => {
    const received: Entry[] = [];
    for await (const entry of connection.serverStream(CONTROL.Watch, { from: 0, follow: false })) {
      received.push({ ...entry, data: JSON.parse(entry.data) });
    }
    return received;
  });
  return MemoryJournal.holding(entries);
}
