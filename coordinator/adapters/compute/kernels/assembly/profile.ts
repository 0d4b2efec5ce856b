/** Fixed for all time: sketches of one member are added up over rounds, and journals keep them. */
const SEED: u32 = 0x9e3779b9;

/** The sign bit to flip for each column from `column` on: the finaliser of MurmurHash3 (Appleby), topmost bit. */
export function signMasks(column: u32, columns: usize, masks: usize): void {
  for (const end = masks + columns * 4; masks < end; masks += 4, column++) {
    let h = column ^ SEED;
    h = (h ^ (h >>> 16)) * 0x85ebca6b;
    h = (h ^ (h >>> 13)) * 0xc2b2ae35;
    h ^= h >>> 16;
    store<u32>(masks, h & 0x80000000);
  }
}

/**
 * One row's values with signs flipped by `masks`, added to 64 float64 buckets at `sketch` (position in the row mod 64);
 * and values above and below 0 added to four 32-bit counts each at `counts`. `columns` is a multiple of 64.
 */
export function profile(row: usize, columns: usize, masks: usize, sketch: usize, counts: usize): void {
  for (let group: usize = 0; group < 4; group++) {
    profileGroup(row + group * 64, columns / 64, masks + group * 64, sketch + group * 128, counts);
  }
}

// @ts-ignore: decorator
@inline
function upper(x: v128): v128 {
  return i32x4.shuffle(x, x, 2, 3, 2, 3);
}

/** Sixteen buckets in registers. */
function profileGroup(row: usize, turns: usize, masks: usize, sketch: usize, counts: usize): void {
  const zero = f32x4.splat(0);
  let above = v128.load(counts);
  let below = v128.load(counts, 16);
  let s0 = v128.load(sketch);
  let s1 = v128.load(sketch, 16);
  let s2 = v128.load(sketch, 32);
  let s3 = v128.load(sketch, 48);
  let s4 = v128.load(sketch, 64);
  let s5 = v128.load(sketch, 80);
  let s6 = v128.load(sketch, 96);
  let s7 = v128.load(sketch, 112);
  for (const end = row + turns * 256; row < end; row += 256, masks += 256) {
    const x0 = v128.load(row);
    const x1 = v128.load(row, 16);
    const x2 = v128.load(row, 32);
    const x3 = v128.load(row, 48);
    above = i32x4.sub(above, f32x4.gt(x0, zero));
    below = i32x4.sub(below, f32x4.lt(x0, zero));
    above = i32x4.sub(above, f32x4.gt(x1, zero));
    below = i32x4.sub(below, f32x4.lt(x1, zero));
    above = i32x4.sub(above, f32x4.gt(x2, zero));
    below = i32x4.sub(below, f32x4.lt(x2, zero));
    above = i32x4.sub(above, f32x4.gt(x3, zero));
    below = i32x4.sub(below, f32x4.lt(x3, zero));
    const y0 = v128.xor(x0, v128.load(masks));
    const y1 = v128.xor(x1, v128.load(masks, 16));
    const y2 = v128.xor(x2, v128.load(masks, 32));
    const y3 = v128.xor(x3, v128.load(masks, 48));
    s0 = f64x2.add(s0, f64x2.promote_low_f32x4(y0));
    s1 = f64x2.add(s1, f64x2.promote_low_f32x4(upper(y0)));
    s2 = f64x2.add(s2, f64x2.promote_low_f32x4(y1));
    s3 = f64x2.add(s3, f64x2.promote_low_f32x4(upper(y1)));
    s4 = f64x2.add(s4, f64x2.promote_low_f32x4(y2));
    s5 = f64x2.add(s5, f64x2.promote_low_f32x4(upper(y2)));
    s6 = f64x2.add(s6, f64x2.promote_low_f32x4(y3));
    s7 = f64x2.add(s7, f64x2.promote_low_f32x4(upper(y3)));
  }
  v128.store(counts, above);
  v128.store(counts, below, 16);
  v128.store(sketch, s0);
  v128.store(sketch, s1, 16);
  v128.store(sketch, s2, 32);
  v128.store(sketch, s3, 48);
  v128.store(sketch, s4, 64);
  v128.store(sketch, s5, 80);
  v128.store(sketch, s6, 96);
  v128.store(sketch, s7, 112);
}
