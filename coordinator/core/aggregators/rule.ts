/** What every aggregation rule is and says of itself. */

import type { RuleSpec } from '../../../shared/federation/schema.ts';
import { Refusal } from '../../../shared/refusal.ts';

/** The same columns of every update: n rows of equal length, in the order of the contributions. */
export type Tile = readonly Float32Array[];

/** Combines one tile into `out`, as long as its rows. A column's result depends on that column alone. */
export type CombineTile = (tile: Tile, out: Float32Array) => void;

/**
 * A rule over columns: one pass over the updates, tile by tile, and the bytes do not depend on the width of a tile.
 * Sums are taken in float64, in an order that the formula fixes (by default that of the contributions), and rounded once.
 */
export interface Rule<Spec extends RuleSpec> {
  readonly formula: string;
  readonly source: string;
  /** The condition within which the rule promises what it promises. */
  readonly holds: string;
  /** Refuses `rule_breakdown` outside `holds`. `weights` are claimed samples, one per contribution. */
  guard(spec: Spec, weights: readonly number[]): void;
  /** Each contribution's share in the combined vector; shares sum to 1. */
  shares(spec: Spec, weights: readonly number[]): number[];
  combiner(spec: Spec, weights: readonly number[]): CombineTile;
}

export function breakdown(message: string, facts: Readonly<Record<string, number>>): Refusal {
  return new Refusal('rule_breakdown', message, facts);
}
