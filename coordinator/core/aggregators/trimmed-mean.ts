import type { RuleSpec } from '../../../shared/federation/schema.ts';
import { breakdown, type CombineTile, type Rule, type Tile } from './rule.ts';
import { orderedBits, runNetwork, selectionNetwork } from './selection-network.ts';

type Spec = Extract<RuleSpec, { rule: 'trimmed-mean' }>;

/**
 * Ignores claimed samples: a member that claims more rows gets no more say. With at most f outliers every column of
 * the result lies between the smallest and the largest honest value.
 */
export const trimmedMean: Rule<Spec> = {
  formula:
    'per column: the f smallest and f largest dropped, the plain mean of the n − 2f between them, summed in ascending order',
  source: 'Yin et al., Byzantine-Robust Distributed Learning: Towards Optimal Statistical Rates, ICML 2018',
  holds: 'n − 2f ≥ 1, with at most f outliers',
  guard(spec, weights) {
    const n = weights.length;
    const f = trimOf(spec, n);
    if (n - 2 * f >= 1) return;
    throw breakdown(
      `trimming ${f} at each end of ${n} updates leaves ${Math.max(0, n - 2 * f)}, at least 1 is needed`,
      { n, f },
    );
  },
  /** Which values enter differs from column to column; over columns no update is preferred. */
  shares: (_spec, weights) => weights.map(() => 1 / weights.length),
  combiner: (spec, weights) => trimmer(weights.length, trimOf(spec, weights.length)),
};

/** f: what the federation says, or a fifth of the updates, at least one. */
export function trimOf(spec: Spec, n: number): number {
  return spec.trim ?? Math.max(1, Math.floor(0.2 * n));
}

/** Columns sorted at a time: n rows of this many stay in the second-level cache for n ≤ 50. */
const BLOCK_COLUMNS = 1024;

function trimmer(n: number, f: number): CombineTile {
  const network = selectionNetwork(n, f);
  const keys = Array.from({ length: n }, () => new Int32Array(BLOCK_COLUMNS));
  const middle = keys.slice(f, n - f);
  const sums = new Float64Array(BLOCK_COLUMNS);
  return (tile, out) => {
    for (let from = 0; from < out.length; from += BLOCK_COLUMNS) {
      const columns = Math.min(BLOCK_COLUMNS, out.length - from);
      loadKeys(tile, from, columns, keys);
      runNetwork(network, keys, columns);
      sumFloats(middle, columns, sums);
      for (let column = 0; column < columns; column++)
        out[from + column] = (sums[column] ?? 0) / middle.length;
    }
  };
}

function loadKeys(tile: Tile, from: number, columns: number, keys: readonly Int32Array[]): void {
  tile.forEach((row, index) => {
    const bits = new Int32Array(row.buffer, row.byteOffset + from * row.BYTES_PER_ELEMENT, columns);
    const into = keys[index];
    if (into === undefined) return;
    for (let column = 0; column < columns; column++) into[column] = orderedBits(bits[column] ?? 0);
  });
}

function sumFloats(keys: readonly Int32Array[], columns: number, sums: Float64Array): void {
  const bits = new Int32Array(BLOCK_COLUMNS);
  const floats = new Float32Array(bits.buffer);
  sums.fill(0);
  for (const row of keys) {
    for (let column = 0; column < columns; column++) bits[column] = orderedBits(row[column] ?? 0);
    for (let column = 0; column < columns; column++)
      sums[column] = (sums[column] ?? 0) + (floats[column] ?? 0);
  }
}
