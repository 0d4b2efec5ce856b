/** Rows picked, joined and compared, for attacks that tamper with data. */
import type { RowBatch } from '../../../shared/learning/family.ts';
import type { Random } from '../../../shared/learning/random.ts';

/** Rows by position, in the order asked. */
export function takeRows({ width, data }: RowBatch, positions: ArrayLike<number>): RowBatch {
  const taken = new Float32Array(positions.length * width);
  for (let at = 0; at < positions.length; at += 1) {
    const from = (positions[at] ?? 0) * width;
    taken.set(data.subarray(from, from + width), at * width);
  }
  return { rows: positions.length, width, data: taken };
}

export function joinRows(batches: readonly RowBatch[]): RowBatch {
  const width = batches[0]?.width ?? 0;
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const data = new Float32Array(rows * width);
  let at = 0;
  for (const batch of batches) {
    data.set(batch.data, at);
    at += batch.data.length;
  }
  return { rows, width, data };
}

/** `count` rows drawn with replacement; none of none. */
export function drawRows(batch: RowBatch, count: number, random: Random): RowBatch {
  const positions = Uint32Array.from({ length: batch.rows === 0 ? 0 : count }, () =>
    random.below(batch.rows),
  );
  return takeRows(batch, positions);
}

/** `count` of the positions 0 … n − 1, each at most once, in the order drawn. */
export function drawPositions(n: number, count: number, random: Random): number[] {
  const positions = Array.from({ length: n }, (_, at) => at);
  const drawn = Math.min(n, count);
  for (let at = 0; at < drawn; at += 1) {
    const other = at + random.below(n - at);
    const kept = positions[at] ?? 0;
    positions[at] = positions[other] ?? 0;
    positions[other] = kept;
  }
  return positions.slice(0, drawn);
}

/**
 * The distance of each row to the nearest of `others`: mean over columns of |a − b| by the column's spread among
 * `others`, each at most 1.
 */
export function nearestDistances(batch: RowBatch, others: RowBatch): Float64Array {
  const spreads = spreadOf(others);
  return Float64Array.from({ length: batch.rows }, (_, row) => {
    let nearest = Number.POSITIVE_INFINITY;
    for (let other = 0; other < others.rows; other += 1) {
      nearest = Math.min(nearest, distance(batch, row, others, other, spreads, nearest));
    }
    return nearest;
  });
}

function distance(
  a: RowBatch,
  row: number,
  b: RowBatch,
  other: number,
  spreads: Float64Array,
  most: number,
): number {
  let sum = 0;
  for (let column = 0; column < a.width && sum < most * a.width; column += 1) {
    const apart = Math.abs((a.data[row * a.width + column] ?? 0) - (b.data[other * b.width + column] ?? 0));
    sum += apart === 0 ? 0 : Math.min(1, apart / (spreads[column] ?? 1));
  }
  return sum / a.width;
}

function spreadOf({ rows, width, data }: RowBatch): Float64Array {
  return Float64Array.from({ length: width }, (_, column) => {
    let least = Number.POSITIVE_INFINITY;
    let most = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < rows; row += 1) {
      const value = data[row * width + column] ?? 0;
      least = Math.min(least, value);
      most = Math.max(most, value);
    }
    return most > least ? most - least : Number.MIN_VALUE;
  });
}
