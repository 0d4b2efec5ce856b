/** Executes a rule's plan over the columns of a stripe. */
import { FLOAT_BYTES } from '../../../shared/tensors/float-bytes.ts';
import type { Layout } from '../../../shared/tensors/tensor.ts';
import type { Kernel, Matrix, Plan } from '../../core/aggregators/rule.ts';
import { selectionNetwork } from '../../core/aggregators/selection-network.ts';
import { type Kernels, kernels, SLOT_BYTES, WIDE_BYTES } from './kernels/kernels.ts';
import type { Pass, Stripe } from './stripes.ts';
import { type RowSource, Rows, TILE_BYTES, TileShape } from './tile.ts';

export interface CombineSpec {
  /** The updates, then the references. */
  readonly sources: readonly RowSource[];
  readonly layout: Layout;
  readonly plan: Plan;
  readonly tileBytes?: number | undefined;
}

export interface CombinedStripe {
  readonly values: Float32Array<ArrayBuffer>;
  /** Sum of the squares of the values. */
  readonly squares: number;
}

/** Where a pass has its memory, and what it computes there: `padded` columns of the tile into `out`. */
interface Program {
  readonly tile: number;
  readonly out: number;
  compute(padded: number): void;
}

export class CombinePass implements Pass<CombinedStripe> {
  readonly #kernels: Kernels = kernels();
  readonly #shape: TileShape;
  readonly #program: Program;
  readonly #rows: Rows;

  constructor({ sources, layout, plan, tileBytes = TILE_BYTES }: CombineSpec) {
    const used = usedRows(plan, sources.length);
    this.#shape = new TileShape(used.length, tileBytes);
    this.#program = programOf(plan, used, this.#shape, this.#kernels);
    this.#rows = Rows.open(
      used.flatMap((row) => sources[row] ?? []),
      layout,
    );
  }

  run(stripe: Stripe): CombinedStripe {
    const { tile, out, compute } = this.#program;
    const values = new Float32Array(stripe.columns);
    const place = { kernels: this.#kernels, address: tile };
    this.#rows.eachPart(stripe, this.#shape, place, ({ at, columns, padded }) => {
      compute(padded);
      values.set(this.#kernels.floats(out, columns), at);
    });
    let squares = 0;
    for (let column = 0; column < values.length; column++) squares += (values[column] ?? 0) ** 2;
    return { values, squares };
  }

  close(): void {
    this.#rows.close();
  }
}

/** Rows that enter the result. The others, whatever they hold, are not even read. */
function usedRows(plan: Plan, rows: number): number[] {
  const all = Array.from({ length: rows }, (_, row) => row);
  if (plan.kind === 'linear') return all.filter((row) => plan.coefficients[row] !== 0);
  const { mix, shares } = plan;
  if (mix === undefined) return all.slice(0, shares.length);
  return all.filter((row) => mix.some((factors) => (factors[row] ?? 0) !== 0));
}

function programOf(plan: Plan, used: readonly number[], shape: TileShape, on: Kernels): Program {
  if (plan.kind === 'linear') return weightedSum(plan.coefficients, used, shape, on);
  if (plan.mix === undefined) return sortedRows(plan.kernel, used.length, shape, on);
  return sortedMixtures(plan.kernel, plan.mix, used, shape, on);
}

function weightedSum(
  all: readonly number[],
  used: readonly number[],
  shape: TileShape,
  on: Kernels,
): Program {
  const { rows, rowBytes } = shape;
  const { tile, coefficients, out } = on.layOut({ tile: shape.bytes, coefficients: rows * 8, out: rowBytes });
  on.doubles(coefficients, rows).set(used.map((row) => all[row] ?? 0));
  return {
    tile,
    out,
    compute: (padded) => on.call.weightedSum(tile, rowBytes, rows, padded, coefficients, out),
  };
}

function sortedRows(kernel: Kernel, rows: number, shape: TileShape, on: Kernels): Program {
  const { trim, keep, around } = ranksOf(kernel, rows);
  const comparators = selectionNetwork(rows, trim);
  const { rowBytes } = shape;
  const { tile, network, slots, out } = on.layOut({
    tile: shape.bytes,
    network: comparators.length * 4,
    slots: rows * SLOT_BYTES,
    out: rowBytes,
  });
  const end = storeNetwork(comparators, network, on);
  return {
    tile,
    out,
    compute: (padded) =>
      on.call.rowColumns(tile, rowBytes, rows, padded, network, end, around, trim, keep, slots, out),
  };
}

function sortedMixtures(
  kernel: Kernel,
  mix: Matrix,
  used: readonly number[],
  shape: TileShape,
  on: Kernels,
): Program {
  const { trim, keep, around } = ranksOf(kernel, mix.length);
  const comparators = selectionNetwork(mix.length, trim);
  const factors = termsOf(mix, used);
  const { rowBytes } = shape;
  const { tile, network, slots, out, terms, ends, wide } = on.layOut({
    tile: shape.bytes,
    network: comparators.length * 4,
    slots: mix.length * SLOT_BYTES,
    out: rowBytes,
    terms: factors.flat().length * TERM_BYTES,
    ends: mix.length * 4,
    wide: used.length * WIDE_BYTES,
  });
  const end = storeNetwork(comparators, network, on);
  storeTerms(factors, terms, ends, on);
  const { call } = on;
  const compute = (padded: number) =>
    call.mixedColumns(
      tile,
      rowBytes,
      used.length,
      mix.length,
      padded,
      terms,
      ends,
      network,
      end,
      around,
      trim,
      keep,
      wide,
      slots,
      out,
    );
  return { tile, out, compute };
}

/** How far a column of `rows` values is sorted, and what is kept of it. */
function ranksOf(kernel: Kernel, rows: number): { trim: number; keep: number; around: 0 | 1 } {
  if (kernel.kernel === 'mean-around-median') return { trim: 0, keep: kernel.keep, around: 1 };
  const trim = kernel.kernel === 'median' ? Math.floor((rows - 1) / 2) : kernel.trim;
  return { trim, keep: rows - 2 * trim, around: 0 };
}

function storeNetwork(comparators: Uint16Array, address: number, on: Kernels): number {
  on.integers(address, comparators.length).set(Uint32Array.from(comparators, (row) => row * SLOT_BYTES));
  return address + comparators.length * FLOAT_BYTES;
}

/** A factor in float64, and where the row it is of stands among the widened ones, in bytes. */
const TERM_BYTES = 16;

interface Term {
  readonly factor: number;
  readonly row: number;
}

/** Of each mixed row, the terms that are not zero. */
function termsOf(mix: Matrix, used: readonly number[]): Term[][] {
  return mix.map((factors) =>
    used.flatMap((source, row) => {
      const factor = factors[source] ?? 0;
      return factor === 0 ? [] : [{ factor, row }];
    }),
  );
}

function storeTerms(mixtures: readonly (readonly Term[])[], terms: number, ends: number, on: Kernels): void {
  const count = mixtures.flat().length;
  const factors = on.doubles(terms, count * 2);
  const rows = on.integers(terms, count * 4);
  let end = 0;
  const lasts = mixtures.map((mixture) => {
    for (const { factor, row } of mixture) {
      factors[end * 2] = factor;
      rows[end * 4 + 2] = row * WIDE_BYTES;
      end++;
    }
    return end;
  });
  on.integers(ends, lasts.length).set(lasts);
}
