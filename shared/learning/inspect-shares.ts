/** Can these shares be those of that many rows? The structure checks that several kinds of round have in common. */
import type { RefusalFacts } from '../refusal.ts';
import type { StructureFinding } from './family.ts';

/** A sum of at most 1,024 float32 shares is off by less than this. */
const SUM_TOLERANCE = 1e-4;
/** Twice the most that rounding to float32 moves a share. */
const SHARE_PRECISION = 2 ** -23;
const WHOLE_TOLERANCE = 1e-3;

export function inconsistent(message: string, facts: RefusalFacts): StructureFinding {
  return { code: 'sums_inconsistent', message, facts };
}

/** The first check that finds something, in order. */
export function firstFinding(
  checks: readonly (() => StructureFinding | undefined)[],
): StructureFinding | undefined {
  for (const check of checks) {
    const finding = check();
    if (finding !== undefined) return finding;
  }
  return undefined;
}

export function inspectSamples(samples: number): StructureFinding | undefined {
  if (Number.isSafeInteger(samples) && samples > 0) return undefined;
  return inconsistent(`${samples} samples claimed: a whole number of at least 1 is needed`, { samples });
}

/** A value that no rows can put outside [low, high]. */
export function inspectRange(
  what: string,
  value: number,
  low: number,
  high: number,
): StructureFinding | undefined {
  if (value >= low && value <= high) return undefined;
  return inconsistent(`${what} is ${short(value)}, outside [${short(low)}, ${short(high)}]`, {
    value,
    low,
    high,
  });
}

/**
 * Shares over the bins of one feature: none negative, 1 in sum, and each a whole number of rows out of `samples`.
 * The last catches a claim of samples that do not fit; it says nothing about multiples of the true number, nor
 * beyond some 10⁶ rows, where a float32 share no longer resolves one row.
 */
export function inspectShares(
  feature: string,
  shares: Float32Array,
  samples: number,
): StructureFinding | undefined {
  let sum = 0;
  for (const share of shares) {
    if (share < 0)
      return inconsistent(`${feature}: a share of rows is ${short(share)}, below 0`, {
        feature,
        value: share,
        low: 0,
        high: 1,
      });
    sum += share;
    const rows = share * samples;
    const whole = Math.round(rows);
    if (Math.abs(rows - whole) > WHOLE_TOLERANCE + samples * SHARE_PRECISION) {
      const message = `${feature}: a share of ${short(share)} is ${rows} of the ${samples} samples claimed, not a whole number of rows`;
      return inconsistent(message, { feature, value: share, samples });
    }
  }
  if (Math.abs(sum - 1) <= SUM_TOLERANCE) return undefined;
  return inconsistent(`${feature}: shares sum to ${short(sum)}, not to 1 ± ${SUM_TOLERANCE}`, {
    feature,
    value: sum,
    low: 1 - SUM_TOLERANCE,
    high: 1 + SUM_TOLERANCE,
  });
}

/** For people; the facts beside a message carry the whole number. */
export function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
