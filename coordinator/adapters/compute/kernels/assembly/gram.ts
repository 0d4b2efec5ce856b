/** Columns whose float64 copies, over all rows, stay in the second-level cache. */
const BLOCK_COLUMNS: usize = 512;
/** A cache line more than the values need: rows a power of two apart would all fall into the same sets. */
const ROW_BYTES: usize = BLOCK_COLUMNS * 8 + 64;

/** Rows of zeros that follow the filled ones: as many as a block of rows reaches beyond the last of them. */
const SPARE_ROWS: usize = 3;

/**
 * Adds the inner products of `filled` float32 rows to `sums`: pairs of float64, sums of even and of odd columns apart,
 * row i against row j at (i · (filled + SPARE_ROWS) + j) · 16 bytes, for j ≥ i; what stands elsewhere means nothing.
 * `columns` is even. A product of two float32 is exact in float64. `scratch` holds (filled + SPARE_ROWS) · ROW_BYTES.
 */
export function gram(
  tile: usize,
  rowBytes: usize,
  filled: usize,
  columns: usize,
  scratch: usize,
  sums: usize,
): void {
  const rows = filled + SPARE_ROWS;
  memory.fill(scratch + filled * ROW_BYTES, 0, SPARE_ROWS * ROW_BYTES);
  for (let from: usize = 0; from < columns; from += BLOCK_COLUMNS) {
    const width = min(BLOCK_COLUMNS, columns - from);
    for (let row: usize = 0; row < filled; row++) {
      promote(tile + row * rowBytes + from * 4, scratch + row * ROW_BYTES, width);
    }
    for (let i: usize = 0; i < filled; i += 2) {
      for (let j = i; j < filled; j += 4) {
        twoByFour(
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
 * Two rows from `a` against four from `b`. Eight sums, six values and a product are as many registers as the compiler
 * can give: with nine sums one of them goes through memory at every turn, and all wait for it (a third slower).
 * `next`: from one row of sums to the next, in bytes.
 */
function twoByFour(a: usize, b: usize, columns: usize, sums: usize, next: usize): void {
  let s00 = v128.load(sums);
  let s01 = v128.load(sums, 16);
  let s02 = v128.load(sums, 32);
  let s03 = v128.load(sums, 48);
  let s10 = v128.load(sums + next);
  let s11 = v128.load(sums + next, 16);
  let s12 = v128.load(sums + next, 32);
  let s13 = v128.load(sums + next, 48);
  for (const end = a + columns * 8; a < end; a += 16, b += 16) {
    const a0 = v128.load(a);
    const a1 = v128.load(a, ROW_BYTES);
    const b0 = v128.load(b);
    s00 = addProduct(s00, a0, b0);
    s10 = addProduct(s10, a1, b0);
    const b1 = v128.load(b, ROW_BYTES);
    s01 = addProduct(s01, a0, b1);
    s11 = addProduct(s11, a1, b1);
    const b2 = v128.load(b, 2 * ROW_BYTES);
    s02 = addProduct(s02, a0, b2);
    s12 = addProduct(s12, a1, b2);
    const b3 = v128.load(b, 3 * ROW_BYTES);
    s03 = addProduct(s03, a0, b3);
    s13 = addProduct(s13, a1, b3);
  }
  v128.store(sums, s00);
  v128.store(sums, s01, 16);
  v128.store(sums, s02, 32);
  v128.store(sums, s03, 48);
  v128.store(sums + next, s10);
  v128.store(sums + next, s11, 16);
  v128.store(sums + next, s12, 32);
  v128.store(sums + next, s13, 48);
}
