/** Inner products added up over stripes. */
import type { Matrix } from '../../core/aggregators/rule.ts';

export class GramTotal {
  readonly #rows: number;
  readonly #sums: Float64Array;

  constructor(rows: number) {
    this.#rows = rows;
    this.#sums = new Float64Array(rows * rows);
  }

  /** `gram`: rows × rows, row-major. */
  add(gram: Float64Array): void {
    const sums = this.#sums;
    for (let index = 0; index < sums.length; index++) sums[index] = (sums[index] ?? 0) + (gram[index] ?? 0);
  }

  matrix(): Matrix {
    return Array.from({ length: this.#rows }, (_, row) => [
      ...this.#sums.subarray(row * this.#rows, (row + 1) * this.#rows),
    ]);
  }

  /** Squared distance of each of the first `n` rows to their plain mean, in exact arithmetic never below 0. */
  squaresToMean(n: number): number[] {
    const rows = this.matrix()
      .slice(0, n)
      .map((row) => row.slice(0, n));
    const ofMean = rows.map((row) => sumOf(row) / n);
    const meanSquare = sumOf(ofMean) / n;
    return rows.map((row, index) => Math.max(0, (row[index] ?? 0) - 2 * (ofMean[index] ?? 0) + meanSquare));
  }
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
