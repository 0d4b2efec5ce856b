/**
 * The middle of a cohort and how far it spreads around it, by medians: of n values ⌊(n − 1)/2⌋ may be anything without
 * carrying either beyond the others' range (breakdown point ½: Huber and Ronchetti, Robust Statistics, 2009, 1.4 and
 * 5.1). One member at any extreme moves a bound no further than if it stood just outside the others: past that, how far
 * out it is no longer matters.
 */
import type { RefusalCode } from '../../../../shared/refusal.ts';
import type { Finding } from '../../../../shared/verdict.ts';
import type { Signal } from '../detectors/detector.ts';
import { short, tellApart } from './figures.ts';
import { medianOf } from './median.ts';

/** Makes the median absolute deviation an estimate of σ for normally distributed values. */
const SIGMA_PER_MAD = 1.4826;
/** Of fewer than five values the median deviation is the word of one member or two. */
export const LEAST_SPREAD = 5;
/** Stands for 0 under a logarithm. */
const TINY = 1e-12;

export interface Spread {
  readonly median: number;
  readonly sigma: number;
}

/** σ is 1.4826 · median absolute deviation, at least `leastSigma`: where all agree, a trifle is no reason to refuse. */
export function spreadOf(values: readonly number[], leastSigma: number): Spread {
  const median = medianOf(values);
  const mad = medianOf(values.map((value) => Math.abs(value - median)));
  return { median, sigma: Math.max(leastSigma, SIGMA_PER_MAD * mad) };
}

/** A number that each member has, held against the cohort's. */
export interface SpreadCheck {
  readonly check: string;
  readonly code: RefusalCode;
  /** The number in words, e.g. "share of positive elements". */
  readonly what: string;
  /** `ratio`: deviations are counted in natural logarithms. */
  readonly scale: 'plain' | 'ratio';
  /** σ that an honest member may lie off the median. */
  readonly deviations: number;
  /** On the scale: natural logarithms for a ratio. */
  readonly leastSigma: number;
  /** The least and the most that the number can be; on the side where nothing is refused, the bound. */
  readonly limits: readonly [number, number];
  readonly side: 'low' | 'high' | 'both';
}

/** One signal for each member, in order: passed within median ± deviations · σ. */
export function judgeSpread(
  members: readonly string[],
  values: readonly number[],
  check: SpreadCheck,
): readonly Signal[] {
  const scaled = values.map((value) => onScale(value, check));
  const judge =
    values.length < LEAST_SPREAD
      ? (value: number) => untested(value, values.length, check)
      : against(spreadOf(scaled, check.leastSigma), check);
  return members.map((member, at) => ({ member, finding: judge(values[at] ?? 0) }));
}

function onScale(value: number, { scale }: SpreadCheck): number {
  return scale === 'ratio' ? Math.log(Math.max(TINY, value)) : value;
}

function offScale(value: number, { scale }: SpreadCheck): number {
  return scale === 'ratio' ? Math.exp(value) : value;
}

function against({ median, sigma }: Spread, spreadCheck: SpreadCheck): (value: number) => Finding {
  const { check, code, what, deviations, limits, side } = spreadCheck;
  const reach = deviations * sigma;
  const low = side === 'high' ? limits[0] : Math.max(limits[0], offScale(median - reach, spreadCheck));
  const high = side === 'low' ? limits[1] : Math.min(limits[1], offScale(median + reach, spreadCheck));
  return (value) => {
    const passed = value >= low && value <= high;
    const off = (onScale(value, spreadCheck) - median) / sigma;
    const away = `${tellApart(Math.abs(off), deviations)} deviations ${off < 0 ? 'below' : 'above'}`;
    const middle = short(offScale(median, spreadCheck));
    const message = `${what} ${short(value)} is ${away} the cohort's median ${middle} (bound ${deviations})`;
    return { check, value, bound: [low, high], passed, message, ...(passed ? {} : { code }) };
  };
}

function untested(value: number, n: number, { check, what }: SpreadCheck): Finding {
  const message = `${what} ${short(value)} was not compared: a cohort of ${n} has no spread (at least ${LEAST_SPREAD})`;
  return { check, value, passed: true, message };
}
