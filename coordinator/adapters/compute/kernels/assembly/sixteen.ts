/** Sixteen columns at a time: eight float64 pairs in registers while rows go by. */

/** Two float64 pairs rounded to four float32. */
// @ts-ignore: decorator
@inline
export function demote(low: v128, high: v128): v128 {
  return i32x4.shuffle(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 1, 4, 5);
}

/** The two float32 at `from` in float64. */
// @ts-ignore: decorator
@inline
export function pairAt(from: usize, offset: usize): v128 {
  return f64x2.promote_low_f32x4(v128.load64_zero(from + offset));
}
