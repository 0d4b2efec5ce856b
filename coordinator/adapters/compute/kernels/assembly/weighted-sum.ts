import { demote, pairAt } from './sixteen';

/** Σ cᵢ xᵢ over `rows` float32 rows, in float64 in the order of the rows, rounded to float32. `columns`: a multiple of 16. */
export function weightedSum(
  tile: usize,
  rowBytes: usize,
  rows: usize,
  columns: usize,
  coefficients: usize,
  out: usize,
): void {
  for (const end = out + columns * 4; out < end; out += 64, tile += 64) {
    let s0 = f64x2.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    let row = tile;
    for (let index: usize = 0; index < rows; index++, row += rowBytes) {
      const c = v128.load64_splat(coefficients + index * 8);
      s0 = f64x2.add(s0, f64x2.mul(c, pairAt(row, 0)));
      s1 = f64x2.add(s1, f64x2.mul(c, pairAt(row, 8)));
      s2 = f64x2.add(s2, f64x2.mul(c, pairAt(row, 16)));
      s3 = f64x2.add(s3, f64x2.mul(c, pairAt(row, 24)));
      s4 = f64x2.add(s4, f64x2.mul(c, pairAt(row, 32)));
      s5 = f64x2.add(s5, f64x2.mul(c, pairAt(row, 40)));
      s6 = f64x2.add(s6, f64x2.mul(c, pairAt(row, 48)));
      s7 = f64x2.add(s7, f64x2.mul(c, pairAt(row, 56)));
    }
    v128.store(out, demote(s0, s1));
    v128.store(out, demote(s2, s3), 16);
    v128.store(out, demote(s4, s5), 32);
    v128.store(out, demote(s6, s7), 48);
  }
}
