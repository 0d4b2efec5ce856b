/** What every kind of file offers the data side: its columns, then its records in order, a batch at a time. */

/** Bytes of one record; what is longer is refused before it is held in memory. */
export const MAX_RECORD_BYTES = 1024 * 1024;

/** One record. `line` is the line of the file where it starts, or the row number in formats without lines; from 1. */
export type DataRecord =
  | {
      readonly line: number;
      /** Texts in the order of the columns asked for; undefined where the record has none. */
      readonly cells: readonly (string | undefined)[];
    }
  | {
      readonly line: number;
      /** Why the record cannot be read as cells at all. */
      readonly problem: string;
    };

/** An opened source. Iterating `records` to its end, or leaving early, releases the file; so does `close`. */
export interface Connector {
  /** Every column the source has. */
  readonly columns: readonly string[];
  /** One pass, once. Batches are as large as the source delivers them, some tens of KiB of text. */
  readonly records: AsyncIterable<readonly DataRecord[]>;
  /** For whoever does not iterate after all. */
  close(): Promise<void>;
}
