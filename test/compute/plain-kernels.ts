/** The kernels written plainly, for tests to compare with bit for bit: sums are taken in the same order. */
import type { Kernel, Matrix } from '../../coordinator/core/aggregators/rule.ts';

export type Rows = readonly Float32Array[];

export function plainWeightedSum(rows: Rows, coefficients: readonly number[]): Float32Array {
  return columnwise(rows, (column) => column.reduce((sum, x, row) => sum + (coefficients[row] ?? 0) * x, 0));
}

/** The kernel of a rule over every column; of mixed rows, if there is a mix. */
export function plainColumns(rows: Rows, kernel: Kernel, mix?: Matrix): Float32Array {
  const seen = mix?.map((factors) => plainMix(rows, factors)) ?? rows;
  return columnwise(seen, (column) =>
    reduce(
      column.map((x) => x + 0).sort((a, b) => a - b),
      kernel,
    ),
  );
}

function plainMix(rows: Rows, factors: readonly number[]): Float32Array {
  return columnwise(rows, (column) =>
    column.reduce((sum, x, row) => (factors[row] === 0 ? sum : sum + (factors[row] ?? 0) * x), 0),
  );
}

function reduce(sorted: readonly number[], kernel: Kernel): number {
  const n = sorted.length;
  const upper = sorted[n >> 1] ?? 0;
  const median = ((sorted[(n - 1) >> 1] ?? 0) + upper) / 2;
  if (kernel.kernel === 'median') return median;
  if (kernel.kernel === 'trimmed-mean') return mean(sorted.slice(kernel.trim, n - kernel.trim));
  const byDistance = sorted
    .map((x, rank) => ({ x, rank, distance: Math.abs(x - median) }))
    .sort((a, b) => a.distance - b.distance || a.rank - b.rank);
  const kept = byDistance.slice(0, kernel.keep).sort((a, b) => a.rank - b.rank);
  return mean(kept.map(({ x }) => x));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

function columnwise(rows: Rows, combine: (column: number[]) => number): Float32Array {
  return Float32Array.from({ length: rows[0]?.length ?? 0 }, (_, column) =>
    combine(rows.map((row) => row[column] ?? 0)),
  );
}

/** Even and odd columns of each stripe apart, then the stripes in order. */
export function plainInnerProduct(a: Float32Array, b: Float32Array, stripes: readonly Span[]): number {
  let total = 0;
  for (const { from, columns } of stripes) {
    const sums = [0, 0];
    for (let column = 0; column < columns; column++) {
      const parity = column % 2;
      sums[parity] = (sums[parity] ?? 0) + (a[from + column] ?? 0) * (b[from + column] ?? 0);
    }
    total += (sums[0] ?? 0) + (sums[1] ?? 0);
  }
  return total;
}

export interface Span {
  readonly from: number;
  readonly columns: number;
}

/** Column c of the whole vector falls into direction c mod 64, with a sign from a hash of c. */
export function plainSketch(values: Float32Array, stripes: readonly Span[]): number[] {
  const total = new Array<number>(64).fill(0);
  for (const { from, columns } of stripes) {
    const part = new Array<number>(64).fill(0);
    for (let column = from; column < from + columns; column++) {
      const direction = column % 64;
      part[direction] = (part[direction] ?? 0) + (isFlipped(column) ? -1 : 1) * (values[column] ?? 0);
    }
    part.forEach((sum, direction) => {
      total[direction] = (total[direction] ?? 0) + sum;
    });
  }
  return total.map(Math.fround);
}

/** The topmost bit of MurmurHash3's finaliser. */
function isFlipped(column: number): boolean {
  let h = column ^ 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) < 0;
}
