/** Rows of a cohort, a few columns at a time, in the memory of the kernels. */
import { Refusal } from '../../../shared/refusal.ts';
import { ColumnReader, type TensorSource } from '../../../shared/tensors/column-reader.ts';
import { FLOAT_BYTES } from '../../../shared/tensors/float-bytes.ts';
import { requireLayout } from '../../../shared/tensors/safetensors.ts';
import { elementsIn, type Layout } from '../../../shared/tensors/tensor.ts';
import { COLUMN_STEP, type Kernels } from './kernels/kernels.ts';
import { STRIPE_COLUMNS, type Stripe } from './stripes.ts';

/** Columns held at a time over all rows, in bytes, for each thread. Changes speed and memory, never the result. */
export const TILE_BYTES = 4 * 1024 * 1024;

/** An update, or a vector of the coordinator's own in the same layout. */
export type RowSource = TensorSource | { readonly values: Float32Array };

/** A cache line more than the values need: rows a power of two apart would all fall into the same sets. */
const ROW_PADDING_BYTES = 64;

/** Columns of a tile and the bytes of it. */
export class TileShape {
  readonly rows: number;
  readonly columns: number;
  readonly rowBytes: number;

  constructor(rows: number, tileBytes: number) {
    const affordable = Math.floor(tileBytes / (FLOAT_BYTES * Math.max(rows, 1)));
    const steps = Math.max(1, Math.floor(affordable / COLUMN_STEP));
    this.rows = rows;
    this.columns = Math.min(steps * COLUMN_STEP, STRIPE_COLUMNS);
    this.rowBytes = this.columns * FLOAT_BYTES + ROW_PADDING_BYTES;
  }

  get bytes(): number {
    return this.rows * this.rowBytes;
  }
}

interface Row {
  read(from: number, into: Float32Array): void;
  close(): void;
}

/** Open rows, all of one layout. */
export class Rows {
  readonly #rows: readonly Row[];

  private constructor(rows: readonly Row[]) {
    this.#rows = rows;
  }

  /** Refuses `update_shape` when a row has another layout, and what opening a tensor file refuses. */
  static open(sources: readonly RowSource[], layout: Layout): Rows {
    const rows: Row[] = [];
    try {
      for (const source of sources)
        rows.push('values' in source ? ownRow(source.values, layout) : fileRow(source, layout));
      return new Rows(rows);
    } catch (error) {
      for (const row of rows) row.close();
      throw error;
    }
  }

  /**
   * Calls `use` for the columns of a stripe, part by part, with the tile filled: `at` columns into the stripe, `columns`
   * of them, zeros up to the next multiple of `COLUMN_STEP`, which is `padded`.
   */
  eachPart(
    stripe: Stripe,
    { columns: width, rowBytes }: TileShape,
    tile: { readonly kernels: Kernels; readonly address: number },
    use: (part: { at: number; columns: number; padded: number }) => void,
  ): void {
    for (let at = 0; at < stripe.columns; at += width) {
      const columns = Math.min(width, stripe.columns - at);
      const padded = Math.ceil(columns / COLUMN_STEP) * COLUMN_STEP;
      this.#rows.forEach((row, index) => {
        const into = tile.kernels.floats(tile.address + index * rowBytes, padded);
        row.read(stripe.from + at, into.subarray(0, columns));
        into.fill(0, columns);
      });
      use({ at, columns, padded });
    }
  }

  close(): void {
    for (const row of this.#rows) row.close();
  }
}

function fileRow(source: TensorSource, layout: Layout): Row {
  const reader = ColumnReader.open(source);
  try {
    requireLayout(reader.header, layout);
    return reader;
  } catch (error) {
    reader.close();
    throw error;
  }
}

function ownRow(values: Float32Array, layout: Layout): Row {
  const expected = elementsIn(layout);
  if (values.length !== expected) {
    throw new Refusal(
      'update_shape',
      `a reference has ${values.length} values, the layout asks for ${expected}`,
    );
  }
  return {
    read: (from, into) => into.set(values.subarray(from, from + into.length)),
    close() {},
  };
}
