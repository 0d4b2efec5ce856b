import { Refusal } from '../../../shared/refusal.ts';
import type { Draft, Entry, Journal } from '../../ports/journal.ts';
import {
  EMPTY_HEAD,
  expectSize,
  type Head,
  openSealed,
  type SealedEntry,
  sealDrafts,
  verifyChain,
} from './chain.ts';

/** A journal that lives as long as the process; for tests and throw-away federations. */
export class MemoryJournal implements Journal {
  readonly #sealed: SealedEntry[] = [];
  #head: Head = EMPTY_HEAD;
  #closed = false;

  /** Holds entries as they were received, leaves and all; whether they belong together is for `verify` to say. */
  static holding(entries: Iterable<Entry>): MemoryJournal {
    const journal = new MemoryJournal();
    for (const entry of entries) journal.#sealed.push({ ...entry, data: JSON.stringify(entry.data) });
    const last = journal.#sealed.at(-1);
    if (last !== undefined) journal.#head = { size: last.index + 1, leaf: last.leaf };
    return journal;
  }

  size(): number {
    return this.#head.size;
  }

  async append(expectedSize: number, drafts: readonly Draft[]): Promise<readonly Entry[]> {
    if (this.#closed) throw new Refusal('unavailable', 'the journal is closed');
    expectSize(expectedSize, this.#head);
    const { sealed, entries } = sealDrafts(this.#head, drafts);
    this.#sealed.push(...sealed);
    const last = sealed.at(-1);
    if (last !== undefined) this.#head = { size: last.index + 1, leaf: last.leaf };
    return entries;
  }

  *read(from: number, to = Number.MAX_SAFE_INTEGER): Generator<Entry> {
    for (let index = from; index < to; index += 1) {
      const sealed = this.#sealed[index];
      if (sealed === undefined) return;
      yield openSealed(sealed);
    }
  }

  verify(): { size: number } {
    return verifyChain(this.read(0));
  }

  async close(): Promise<void> {
    this.#closed = true;
  }
}
