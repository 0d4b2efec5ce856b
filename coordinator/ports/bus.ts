import type { Entry } from './journal.ts';

/** Tells others what happened; never the source. A lost message is re-read from the journal. */
export interface Bus {
  /** Told in journal order. Never throws and never blocks the round: an unreachable broker is caught up from the journal later. */
  tell(entries: readonly Entry[]): void;
  close(): Promise<void>;
}
