/** The ordered, hash-chained record of every event; the only source of truth. */

/** An event on its way into the journal. `data` is plain JSON. */
export interface Draft {
  readonly type: string;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly data: unknown;
}

export interface Entry extends Draft {
  /** Position from 0; also the leaf index in the transparency log. */
  readonly index: number;
  /** `leaf` of the entry before; 64 zeros for the first. */
  readonly previous: string;
  /** Hex SHA-256(0x00 ‖ RFC 8785 canonical {index, at, type, data, previous}): chain link and RFC 6962 leaf in one. */
  readonly leaf: string;
}

/**
 * Contract (`test/contracts/journal.ts`): `append` is atomic over all drafts, ordered, durable at return, and refuses
 * `journal_conflict` when the size is not the one expected. `read` yields entries in order.
 */
export interface Journal {
  size(): number;
  append(expectedSize: number, drafts: readonly Draft[]): Promise<readonly Entry[]>;
  /** Entries [from, to). */
  read(from: number, to?: number): Iterable<Entry>;
  /** Recomputes every leaf and link; refuses `journal_corrupt` naming the first bad entry. */
  verify(): { size: number };
  close(): Promise<void>;
}
