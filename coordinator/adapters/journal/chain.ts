/** What every journal adapter shares: sealing drafts into a hash chain, and checking such a chain. */
import canonicalize from 'canonicalize';
import { Refusal } from '../../../shared/refusal.ts';
import { FIRST_PREVIOUS, leafHash } from '../../../shared/transparency/leaf.ts';
import type { Draft, Entry } from '../../ports/journal.ts';

/** An entry as it is stored: `data` is RFC 8785 canonical JSON text, so that what is read is what was hashed. */
export interface SealedEntry {
  readonly index: number;
  readonly type: string;
  readonly at: string;
  readonly data: string;
  readonly previous: string;
  readonly leaf: string;
}

/** The end of a chain, which the next entry continues. */
export interface Head {
  readonly size: number;
  /** Leaf of the last entry; `FIRST_PREVIOUS` when there is none. */
  readonly leaf: string;
}

export const EMPTY_HEAD: Head = { size: 0, leaf: FIRST_PREVIOUS };

/** Refuses `journal_conflict` when the caller decided on a journal of another size than it has. */
export function expectSize(expected: number, head: Head): void {
  if (expected === head.size) return;
  throw new Refusal(
    'journal_conflict',
    `append expected a journal of ${expected} entries, and it has ${head.size}`,
    { expected, size: head.size },
  );
}

/**
 * Continues the chain. `sealed` is what is stored, `entries` what is told: their `data` has gone through JSON, so
 * that an event looks the same now as after a replay. Throws when a draft's data is not JSON.
 */
export function sealDrafts(
  head: Head,
  drafts: readonly Draft[],
): { sealed: SealedEntry[]; entries: Entry[] } {
  const sealed: SealedEntry[] = [];
  const entries: Entry[] = [];
  let previous = head.leaf;
  drafts.forEach(({ type, at, data }, offset) => {
    const index = head.size + offset;
    const text = canonicalData(type, data);
    const parsed: unknown = JSON.parse(text);
    const leaf = leafHash({ index, at, type, data: parsed, previous });
    sealed.push({ index, type, at, data: text, previous, leaf });
    entries.push({ index, type, at, data: parsed, previous, leaf });
    previous = leaf;
  });
  return { sealed, entries };
}

function canonicalData(type: string, data: unknown): string {
  const text = canonicalize(data);
  if (text === undefined) throw new TypeError(`the data of ${type} is not JSON`);
  return text;
}

/** Refuses `journal_corrupt` when the stored text is not JSON any more. */
export function openSealed({ data, ...rest }: SealedEntry): Entry {
  try {
    return { ...rest, data: JSON.parse(data) as unknown };
  } catch {
    throw corruptEntry(rest, 'its data is not JSON');
  }
}

/**
 * Recomputes every leaf and link, from the first entry. Refuses `journal_corrupt` naming the first bad entry.
 * Entries cut off the end leave a chain that is whole in itself: that is found against a signed checkpoint,
 * which names a size and a root.
 */
export function verifyChain(entries: Iterable<Entry>): { size: number } {
  let head = EMPTY_HEAD;
  for (const entry of entries) {
    verifyEntry(entry, head);
    head = { size: entry.index + 1, leaf: entry.leaf };
  }
  return { size: head.size };
}

function verifyEntry(entry: Entry, head: Head): void {
  if (entry.index !== head.size) {
    throw new Refusal(
      'journal_corrupt',
      `entry ${head.size} is missing; the next one found is ${entry.index}`,
      {
        entry: head.size,
        found: entry.index,
      },
    );
  }
  if (entry.previous !== head.leaf) {
    throw corruptEntry(
      entry,
      head.size === 0 ? 'does not start a chain' : `does not link to entry ${head.size - 1}`,
    );
  }
  if (recomputedLeaf(entry) !== entry.leaf) throw corruptEntry(entry, 'leaf does not match its content');
}

/** Undefined when an edit left content that has no canonical form, such as a lone surrogate. */
function recomputedLeaf(entry: Entry): string | undefined {
  try {
    return leafHash(entry);
  } catch {
    return undefined;
  }
}

function corruptEntry(entry: { readonly index: number; readonly type: string }, what: string): Refusal {
  return new Refusal('journal_corrupt', `entry ${entry.index} (${entry.type}): ${what}`, {
    entry: entry.index,
    type: entry.type,
  });
}
