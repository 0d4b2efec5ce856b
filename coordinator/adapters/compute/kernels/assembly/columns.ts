import { demote, pairAt } from './sixteen';

/** Bytes of one row of sixteen columns being sorted. */
const SLOT: usize = 64;

/**
 * Sorts every column of `rows` float32 rows by the network and reduces it. `window` 0: the mean of the `keep` values
 * from rank `first` on. `window` 1: the mean of the `keep` values nearest to the median. `columns`: a multiple of 16.
 * `network`: pairs of byte offsets of 32 bits, `SLOT` a row, up to `networkEnd`. `slots` holds rows · SLOT bytes.
 */
export function rowColumns(
  tile: usize,
  rowBytes: usize,
  rows: usize,
  columns: usize,
  network: usize,
  networkEnd: usize,
  window: bool,
  first: usize,
  keep: usize,
  slots: usize,
  out: usize,
): void {
  for (const end = out + columns * 4; out < end; out += SLOT, tile += SLOT) {
    loadSixteen(tile, rowBytes, rows, slots);
    reduceSixteen(rows, network, networkEnd, window, first, keep, slots, out);
  }
}

/**
 * The same over mixed rows: row i is the sum, in float64 in the order of the terms, rounded to float32, of the terms
 * from its entry in `ends` before to its own; a term is a float64 factor and the place of a row in `wide`, in bytes, 16 bytes together.
 * `wide` holds sources · 128 bytes.
 */
export function mixedColumns(
  tile: usize,
  rowBytes: usize,
  sources: usize,
  rows: usize,
  columns: usize,
  terms: usize,
  ends: usize,
  network: usize,
  networkEnd: usize,
  window: bool,
  first: usize,
  keep: usize,
  wide: usize,
  slots: usize,
  out: usize,
): void {
  for (const end = out + columns * 4; out < end; out += SLOT, tile += SLOT) {
    widenSixteen(tile, rowBytes, sources, wide);
    let term = terms;
    for (let row: usize = 0; row < rows; row++) {
      const last = terms + <usize>load<u32>(ends + row * 4) * 16;
      mixSixteen(wide, term, last, slots + row * SLOT);
      term = last;
    }
    reduceSixteen(rows, network, networkEnd, window, first, keep, slots, out);
  }
}

/** −0 becomes +0: they compare equal, so that a network would leave their order to chance. */
// @ts-ignore: decorator
@inline
function plain(x: v128): v128 {
  return f32x4.add(x, f32x4.splat(0));
}

// @ts-ignore: decorator
@inline
function loadSixteen(tile: usize, rowBytes: usize, rows: usize, slots: usize): void {
  for (const end = slots + rows * SLOT; slots < end; slots += SLOT, tile += rowBytes) {
    v128.store(slots, plain(v128.load(tile)));
    v128.store(slots, plain(v128.load(tile, 16)), 16);
    v128.store(slots, plain(v128.load(tile, 32)), 32);
    v128.store(slots, plain(v128.load(tile, 48)), 48);
  }
}

// @ts-ignore: decorator
@inline
function widenSixteen(tile: usize, rowBytes: usize, rows: usize, wide: usize): void {
  for (const end = wide + rows * 128; wide < end; wide += 128, tile += rowBytes) {
    v128.store(wide, pairAt(tile, 0));
    v128.store(wide, pairAt(tile, 8), 16);
    v128.store(wide, pairAt(tile, 16), 32);
    v128.store(wide, pairAt(tile, 24), 48);
    v128.store(wide, pairAt(tile, 32), 64);
    v128.store(wide, pairAt(tile, 40), 80);
    v128.store(wide, pairAt(tile, 48), 96);
    v128.store(wide, pairAt(tile, 56), 112);
  }
}

/** In two halves: eight sums at once are more than the engine keeps in registers, and take half as long again. */
function mixSixteen(wide: usize, term: usize, last: usize, slot: usize): void {
  mixEight(wide, term, last, slot);
  mixEight(wide + 64, term, last, slot + 32);
}

// @ts-ignore: decorator
@inline
function mixEight(wide: usize, term: usize, last: usize, slot: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  for (; term < last; term += 16) {
    const c = v128.load64_splat(term);
    const row = wide + <usize>load<u32>(term, 8);
    s0 = f64x2.add(s0, f64x2.mul(c, v128.load(row)));
    s1 = f64x2.add(s1, f64x2.mul(c, v128.load(row, 16)));
    s2 = f64x2.add(s2, f64x2.mul(c, v128.load(row, 32)));
    s3 = f64x2.add(s3, f64x2.mul(c, v128.load(row, 48)));
  }
  v128.store(slot, plain(demote(s0, s1)));
  v128.store(slot, plain(demote(s2, s3)), 16);
}

// @ts-ignore: decorator
@inline
function reduceSixteen(
  rows: usize,
  network: usize,
  networkEnd: usize,
  window: bool,
  first: usize,
  keep: usize,
  slots: usize,
  out: usize,
): void {
  sortSixteen(network, networkEnd, slots);
  if (window) meanAroundMedian(rows, keep, slots, out);
  else meanOfRanks(slots + first * SLOT, keep, out);
}

function sortSixteen(network: usize, networkEnd: usize, slots: usize): void {
  for (; network < networkEnd; network += 8) {
    const low = slots + <usize>load<u32>(network);
    const high = slots + <usize>load<u32>(network, 4);
    exchange(low, high, 0);
    exchange(low, high, 16);
    exchange(low, high, 32);
    exchange(low, high, 48);
  }
}

// @ts-ignore: decorator
@inline
function exchange(low: usize, high: usize, offset: usize): void {
  const a = v128.load(low + offset);
  const b = v128.load(high + offset);
  v128.store(low + offset, f32x4.pmin(a, b));
  v128.store(high + offset, f32x4.pmax(a, b));
}

/** The mean of `keep` rows from `slot` on, summed in ascending order. */
function meanOfRanks(slot: usize, keep: usize, out: usize): void {
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let s4 = s0;
  let s5 = s0;
  let s6 = s0;
  let s7 = s0;
  for (const end = slot + keep * SLOT; slot < end; slot += SLOT) {
    s0 = f64x2.add(s0, pairAt(slot, 0));
    s1 = f64x2.add(s1, pairAt(slot, 8));
    s2 = f64x2.add(s2, pairAt(slot, 16));
    s3 = f64x2.add(s3, pairAt(slot, 24));
    s4 = f64x2.add(s4, pairAt(slot, 32));
    s5 = f64x2.add(s5, pairAt(slot, 40));
    s6 = f64x2.add(s6, pairAt(slot, 48));
    s7 = f64x2.add(s7, pairAt(slot, 56));
  }
  const count = f64x2.splat(<f64>keep);
  v128.store(out, demote(f64x2.div(s0, count), f64x2.div(s1, count)));
  v128.store(out, demote(f64x2.div(s2, count), f64x2.div(s3, count)), 16);
  v128.store(out, demote(f64x2.div(s4, count), f64x2.div(s5, count)), 32);
  v128.store(out, demote(f64x2.div(s6, count), f64x2.div(s7, count)), 48);
}

// @ts-ignore: decorator
@inline
function meanAroundMedian(rows: usize, keep: usize, slots: usize, out: usize): void {
  for (let offset: usize = 0; offset < SLOT; offset += 16) {
    const low = pairAroundMedian(rows, keep, slots + offset);
    const high = pairAroundMedian(rows, keep, slots + offset + 8);
    v128.store(out + offset, demote(low, high));
  }
}

/**
 * Two sorted columns. The values nearest to the median stand side by side; their window starts one higher for each
 * value whose successor by `keep` ranks is strictly nearer, of which none follows one that is not.
 */
function pairAroundMedian(rows: usize, keep: usize, slots: usize): v128 {
  const upper = pairAt(slots, (rows >> 1) * SLOT);
  const lower = pairAt(slots, ((rows - 1) >> 1) * SLOT);
  const median = f64x2.mul(f64x2.add(lower, upper), f64x2.splat(0.5));
  const spare = rows - keep;
  const one = f64x2.splat(1);
  let start = f64x2.splat(0);
  for (let rank: usize = 0; rank < spare; rank++) {
    const above = f64x2.sub(pairAt(slots, (rank + keep) * SLOT), median);
    const below = f64x2.sub(median, pairAt(slots, rank * SLOT));
    start = f64x2.add(start, v128.and(f64x2.lt(above, below), one));
  }
  let sum = f64x2.splat(0);
  for (let rank: usize = 0; rank < rows; rank++) {
    let value = pairAt(slots, rank * SLOT);
    if (rank < spare) value = v128.and(value, f64x2.le(start, f64x2.splat(<f64>rank)));
    if (rank >= keep) value = v128.and(value, f64x2.gt(start, f64x2.splat(<f64>(rank - keep))));
    sum = f64x2.add(sum, value);
  }
  return f64x2.div(sum, f64x2.splat(<f64>keep));
}
