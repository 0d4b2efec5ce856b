/** Columns whose float64 copies, over all rows, stay in the second-level cache. */
const BLOCK_COLUMNS: usize = 512;
/** A cache line more than the values need: rows a power of two apart would all fall into the same sets. */
const ROW_BYTES: usize = BLOCK_COLUMNS * 8 + 64;

/**
 * Adds the inner products of `rows` float32 rows to `sums`: rows × rows pairs of float64, sums of even and of odd
 * columns apart, row i against row j at (i · rows + j) · 16 bytes, for j ≥ i (rounded down to a multiple of 3).
 * `rows` is a multiple of 3, those from `filled` on count as zeros; `columns` is a multiple of 4. A product of two float32 is exact in float64.
 * `scratch` holds rows · ROW_BYTES.
 */
export function gram(
  tile: usize,
  rowBytes: usize,
  filled: usize,
  rows: usize,
  columns: usize,
  scratch: usize,
  sums: usize,
): void {
  memory.fill(scratch + filled * ROW_BYTES, 0, (rows - filled) * ROW_BYTES);
  for (let from: usize = 0; from < columns; from += BLOCK_COLUMNS) {
    const width = min(BLOCK_COLUMNS, columns - from);
    for (let row: usize = 0; row < filled; row++) {
      promote(tile + row * rowBytes + from * 4, scratch + row * ROW_BYTES, width);
    }
    for (let i: usize = 0; i < rows; i += 3) {
      for (let j = i; j < rows; j += 3) {
        threeByThree(
          scratch + i * ROW_BYTES,
          scratch + j * ROW_BYTES,
          width,
          sums + (i * rows + j) * 16,
          rows * 16,
        );
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function promote(from: usize, to: usize, columns: usize): void {
  for (const end = from + columns * 4; from < end; from += 8, to += 16) {
    v128.store(to, f64x2.promote_low_f32x4(v128.load64_zero(from)));
  }
}

// @ts-ignore: decorator
@inline
function addProduct(sum: v128, a: v128, b: v128): v128 {
  return f64x2.add(sum, f64x2.mul(a, b));
}

/**
 * Nine sums in registers: three rows from `a` against three from `b`, two pairs of columns a turn (a third faster than
 * one). `next`: from one row of sums to the next, in bytes.
 */
function threeByThree(a: usize, b: usize, columns: usize, sums: usize, next: usize): void {
  let s00 = v128.load(sums);
  let s01 = v128.load(sums, 16);
  let s02 = v128.load(sums, 32);
  let s10 = v128.load(sums + next);
  let s11 = v128.load(sums + next, 16);
  let s12 = v128.load(sums + next, 32);
  let s20 = v128.load(sums + 2 * next);
  let s21 = v128.load(sums + 2 * next, 16);
  let s22 = v128.load(sums + 2 * next, 32);
  for (const end = a + columns * 8; a < end; a += 32, b += 32) {
    const a0 = v128.load(a);
    const a1 = v128.load(a, ROW_BYTES);
    const a2 = v128.load(a, 2 * ROW_BYTES);
    const b0 = v128.load(b);
    s00 = addProduct(s00, a0, b0);
    s10 = addProduct(s10, a1, b0);
    s20 = addProduct(s20, a2, b0);
    const b1 = v128.load(b, ROW_BYTES);
    s01 = addProduct(s01, a0, b1);
    s11 = addProduct(s11, a1, b1);
    s21 = addProduct(s21, a2, b1);
    const b2 = v128.load(b, 2 * ROW_BYTES);
    s02 = addProduct(s02, a0, b2);
    s12 = addProduct(s12, a1, b2);
    s22 = addProduct(s22, a2, b2);
    const a0n = v128.load(a, 16);
    const a1n = v128.load(a, ROW_BYTES + 16);
    const a2n = v128.load(a, 2 * ROW_BYTES + 16);
    const b0n = v128.load(b, 16);
    s00 = addProduct(s00, a0n, b0n);
    s10 = addProduct(s10, a1n, b0n);
    s20 = addProduct(s20, a2n, b0n);
    const b1n = v128.load(b, ROW_BYTES + 16);
    s01 = addProduct(s01, a0n, b1n);
    s11 = addProduct(s11, a1n, b1n);
    s21 = addProduct(s21, a2n, b1n);
    const b2n = v128.load(b, 2 * ROW_BYTES + 16);
    s02 = addProduct(s02, a0n, b2n);
    s12 = addProduct(s12, a1n, b2n);
    s22 = addProduct(s22, a2n, b2n);
  }
  v128.store(sums, s00);
  v128.store(sums, s01, 16);
  v128.store(sums, s02, 32);
  v128.store(sums + next, s10);
  v128.store(sums + next, s11, 16);
  v128.store(sums + next, s12, 32);
  v128.store(sums + 2 * next, s20);
  v128.store(sums + 2 * next, s21, 16);
  v128.store(sums + 2 * next, s22, 32);
}
