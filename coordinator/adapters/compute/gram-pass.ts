/** Inner products of rows, and a profile of the first of them: signs and a projection. */
import type { Layout } from '../../../shared/tensors/tensor.ts';
import { GRAM_ROW_BYTES, GRAM_SPARE_ROWS, type Kernels, kernels } from './kernels/kernels.ts';
import type { Pass, Stripe } from './stripes.ts';
import { type RowSource, Rows, TILE_BYTES, TileShape } from './tile.ts';

/** Directions of the projection: column c falls into direction c mod 64, with a sign of its own. */
export const SKETCH_DIRECTIONS = 64;

const PAIR_BYTES = 16;
const SKETCH_BYTES = SKETCH_DIRECTIONS * 8;
/** Four counts of values above 0, four of values below. */
const COUNTS = 8;

export interface GramSpec {
  readonly sources: readonly RowSource[];
  readonly layout: Layout;
  /** So many of the first rows get signs and a sketch. */
  readonly profiled: number;
  readonly tileBytes?: number | undefined;
}

/** Sums over one stripe. */
export interface GramSums {
  /** rows × rows, row-major, symmetric. */
  readonly gram: Float64Array;
  /** profiled × SKETCH_DIRECTIONS */
  readonly sketches: Float64Array;
  /** Values above and below 0 of each profiled row. */
  readonly above: Float64Array;
  readonly below: Float64Array;
}

export class GramPass implements Pass<GramSums> {
  readonly #kernels: Kernels = kernels();
  readonly #rows: Rows;
  readonly #count: number;
  readonly #profiled: number;
  readonly #shape: TileShape;
  /** The rows and the zeros after them. */
  readonly #padded: number;
  readonly #areas: Readonly<Record<'tile' | 'scratch' | 'sums' | 'masks' | 'sketches' | 'counts', number>>;

  constructor({ sources, layout, profiled, tileBytes = TILE_BYTES }: GramSpec) {
    this.#count = sources.length;
    this.#profiled = profiled;
    this.#shape = new TileShape(sources.length, tileBytes);
    this.#padded = sources.length + GRAM_SPARE_ROWS;
    this.#areas = this.#kernels.layOut({
      tile: this.#shape.bytes,
      scratch: this.#padded * GRAM_ROW_BYTES,
      sums: this.#padded ** 2 * PAIR_BYTES,
      masks: this.#shape.rowBytes,
      sketches: profiled * SKETCH_BYTES,
      counts: profiled * COUNTS * 4,
    });
    this.#rows = Rows.open(sources, layout);
  }

  run(stripe: Stripe): GramSums {
    const { call } = this.#kernels;
    const { tile, scratch, sums, masks } = this.#areas;
    const { rowBytes } = this.#shape;
    this.#clear();
    this.#rows.eachPart(stripe, this.#shape, { kernels: this.#kernels, address: tile }, ({ at, padded }) => {
      call.gram(tile, rowBytes, this.#count, padded, scratch, sums);
      if (this.#profiled > 0) call.signMasks(stripe.from + at, padded, masks);
      for (let row = 0; row < this.#profiled; row++) this.#profile(row, padded);
    });
    return this.#sums(stripe);
  }

  close(): void {
    this.#rows.close();
  }

  #profile(row: number, padded: number): void {
    const { tile, masks, sketches, counts } = this.#areas;
    this.#kernels.call.profile(
      tile + row * this.#shape.rowBytes,
      padded,
      masks,
      sketches + row * SKETCH_BYTES,
      counts + row * COUNTS * 4,
    );
  }

  #clear(): void {
    this.#kernels.doubles(this.#areas.sums, 2 * this.#padded ** 2).fill(0);
    this.#kernels.doubles(this.#areas.sketches, this.#profiled * SKETCH_DIRECTIONS).fill(0);
    this.#kernels.integers(this.#areas.counts, this.#profiled * COUNTS).fill(0);
  }

  #sums({ from }: Stripe): GramSums {
    const n = this.#count;
    const pairs = this.#kernels.doubles(this.#areas.sums, 2 * this.#padded ** 2);
    const gram = new Float64Array(n * n);
    for (let i = 0; i < n; i++) {
      for (let j = i; j < n; j++) {
        const at = 2 * (i * this.#padded + j);
        const product = (pairs[at] ?? 0) + (pairs[at + 1] ?? 0);
        gram[i * n + j] = product;
        gram[j * n + i] = product;
      }
    }
    return { gram, sketches: this.#sketches(from), ...this.#signs() };
  }

  /** The kernel counts directions from the start of the stripe, which may stand anywhere. */
  #sketches(from: number): Float64Array {
    const places = this.#kernels.doubles(this.#areas.sketches, this.#profiled * SKETCH_DIRECTIONS);
    const sketches = new Float64Array(places.length);
    places.forEach((value, index) => {
      const place = index % SKETCH_DIRECTIONS;
      sketches[index - place + ((from + place) % SKETCH_DIRECTIONS)] = value;
    });
    return sketches;
  }

  #signs(): { above: Float64Array; below: Float64Array } {
    const counts = this.#kernels.integers(this.#areas.counts, this.#profiled * COUNTS);
    const above = new Float64Array(this.#profiled);
    const below = new Float64Array(this.#profiled);
    counts.forEach((count, index) => {
      const row = Math.floor(index / COUNTS);
      const into = index % COUNTS < COUNTS / 2 ? above : below;
      into[row] = (into[row] ?? 0) + count;
    });
    return { above, below };
  }
}
