/**
 * The measure for numeric columns: one fixed grid for all the numbers there are, so that nobody's minimum or
 * maximum stretches it. Positions are on a signed logarithmic scale, t(x) = sign(x) ln(1 + |x|).
 *
 * Coarse bins are 0.35 wide in t and cover every float32. Where the pooled rows lie, coarse bins are cut into fine
 * ones in proportion to their share of the rows. A member that holds a share p of the rows moves the pooled
 * distribution by at most p anywhere, and takes at most p of the fine bins.
 */

/** In t. Not a fraction of ln 2: an edge at a popular value such as 1 would make its bin depend on the last bit. */
const COARSE_WIDTH = 0.35;
/** On each side of 0: ln(1 + 3.4e38) < 254 × 0.35. */
const COARSE_SIDE = 254;

export const COARSE_BINS = 2 * COARSE_SIDE;
/** Fine bins dealt out by share; each coarse bin that holds a row has one more. */
const SHARED_FINE_BINS = 512;
/** Room a column has for fine bins: more than 508 + 512. */
export const FINE_BINS = 1024;
/** Keeps shares that are exact in theory from falling below a whole number by rounding. */
const SHARE_SLACK = 5e-4;

/** Position of a value on the signed logarithmic scale. */
export function positionOf(value: number): number {
  return Math.sign(value) * Math.log1p(Math.abs(value));
}

/** The value at a position: the inverse of `positionOf`. */
export function valueAt(position: number): number {
  return Math.sign(position) * Math.expm1(Math.abs(position));
}

/** The coarse bin of a position, 0 … COARSE_BINS − 1. */
export function coarseBin(position: number): number {
  const bin = Math.floor(position / COARSE_WIDTH) + COARSE_SIDE;
  return Math.min(COARSE_BINS - 1, Math.max(0, bin));
}

/** How far into its coarse bin a position lies, in [0, 1). */
export function partOfBin(position: number, bin: number): number {
  const part = position / COARSE_WIDTH - (bin - COARSE_SIDE);
  return Math.min(1 - Number.EPSILON, Math.max(0, part));
}

/** The position at a part of a coarse bin. */
export function positionIn(bin: number, part: number): number {
  return (bin - COARSE_SIDE + part) * COARSE_WIDTH;
}

/** Fine bins for each coarse bin of one column: none where no row lies; 508 + 512 at most in all. */
export function allotFineBins(shares: Float32Array): Float32Array {
  let total = 0;
  for (const share of shares) total += share;
  return shares.map((share) =>
    share > 0 ? 1 + Math.floor((share / total) * SHARED_FINE_BINS + SHARE_SLACK) : 0,
  );
}
