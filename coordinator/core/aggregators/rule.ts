/**
 * What every aggregation rule is and says of itself. A rule never touches a parameter: it plans. Rules over whole updates
 * plan from inner products and end in one coefficient for each row; rules over columns end in a kernel. What is done
 * before (`before` in the federation file) turns rows into mixtures of rows. Passes over the bytes are the adapter's.
 */
import type { PreAggregationSpec, RuleSpec } from '../../../shared/federation/schema.ts';
import { Refusal } from '../../../shared/refusal.ts';

/** Rows of numbers; all of one length. */
export type Matrix = readonly (readonly number[])[];

/** Vectors beside the updates that a rule may ask for: the aggregate of the round before, and a step from root data. */
export type Reference = 'previous' | 'root';

/** What a rule is planned from. */
export interface RuleInput {
  /** Samples counted, one for each update, in the order of the contributions. */
  readonly weights: readonly number[];
  /** Caps on influence in (0, 1], one for each update. */
  readonly influence: readonly number[];
  /** For each update the first of those that are all but the same, itself where it is no copy; absent: none is. */
  readonly copies?: readonly number[];
  /** Inner products of the updates, then of the references asked for, in float64; empty when the rule needs none. */
  readonly gram: Matrix;
  /** Those that there are, in the order of their rows after the updates. */
  readonly references: readonly Reference[];
  readonly seed: number;
}

/** What is done to the sorted values of a column. */
export type Kernel =
  /** The `trim` smallest and largest dropped, the mean of the rest, summed in ascending order. */
  | { readonly kernel: 'trimmed-mean'; readonly trim: number }
  /** The middle value, or the mean of the middle two. */
  | { readonly kernel: 'median' }
  /** The mean of the `keep` values nearest to the median; of two equally near the smaller. */
  | { readonly kernel: 'mean-around-median'; readonly keep: number };

/**
 * What to do with the bytes. Rows are the updates and after them the references. `mix` (m × rows) makes the rows the
 * kernel sees; without it they are the updates themselves. `shares`, one for each update, sum to 1.
 */
export type Plan =
  | { readonly kind: 'linear'; readonly coefficients: readonly number[]; readonly shares: readonly number[] }
  | {
      readonly kind: 'columns';
      readonly mix: Matrix | undefined;
      readonly kernel: Kernel;
      readonly shares: readonly number[];
    };

/** The rows a rule works on: mixtures of the updates, then the references as they are, and their inner products. */
export interface Rows {
  /** Rows that stand for updates; those after them are the references. */
  readonly count: number;
  /** m × (updates + references) */
  readonly mix: Matrix;
  /** m × m; empty when not asked for. */
  readonly gram: Matrix;
}

/** What a rule or a step before it needs to see. */
export interface Needs {
  readonly gram: boolean;
  readonly references: readonly Reference[];
}

interface Described {
  readonly formula: string;
  readonly source: string;
  /** The condition within which it promises what it promises. */
  readonly holds: string;
  readonly needs: Needs;
}

export interface Rule<Spec extends RuleSpec> extends Described {
  /**
   * The rule weighs by samples or by trust, and so can weigh by a cap on influence. Without it an update counts in full
   * or not at all: to shorten it would make it one of the middle values, which such rules prefer.
   */
  readonly capsInfluence?: true;
  /** Refuses `rule_breakdown` outside `holds`; `n` rows are left of the updates after the steps before. */
  guard(spec: Spec, n: number, weights: readonly number[]): void;
  /** Coefficients or a kernel over the rows given, which stand for the updates one to one unless bucketed. */
  plan(spec: Spec, rows: Rows, input: RuleInput): RowPlan;
}

/** A plan over rows, before it is led back to the updates. */
export type RowPlan =
  | { readonly kind: 'linear'; readonly coefficients: readonly number[] }
  | { readonly kind: 'columns'; readonly rows: readonly number[]; readonly kernel: Kernel };

export interface PreAggregation<Spec extends PreAggregationSpec> extends Described {
  /** Refuses `rule_breakdown`; returns how many rows are left of `n`, which stand for so many updates. */
  guard(spec: Spec, n: number, updates: number): number;
  /** m' × m: rows as mixtures of the m before. `gram` (m × m, empty when not asked for) holds no references. */
  mix(spec: Spec, rows: { readonly count: number; readonly gram: Matrix }, input: RuleInput): Matrix;
}

/** All rows that stand for updates. */
export function everyRow({ count }: Rows): number[] {
  return Array.from({ length: count }, (_, index) => index);
}

/** The updates that a row is mixed of. */
export function updatesIn(row: Matrix[number], updates: number): number[] {
  return Array.from({ length: updates }, (_, index) => index).filter((index) => row[index] !== 0);
}

/** The plain mean of some of the rows. */
export function meanOf(chosen: readonly number[], { count }: Rows): RowPlan {
  const coefficients = new Array<number>(count).fill(0);
  for (const index of chosen) coefficients[index] = 1 / chosen.length;
  return { kind: 'linear', coefficients };
}

export function breakdown(message: string, facts: Readonly<Record<string, number>>): Refusal {
  return new Refusal('rule_breakdown', message, facts);
}
