/**
 * Every rule there is, by its name in the federation file. A new rule is one file here and one member of the union in
 * the schema: until both exist, this does not compile. Rules over columns only implement `Rule`. A rule that weighs
 * whole updates by their inner products is two passes, one for the n × n Gram matrix and one weighted mean by the
 * weights derived from it: it implements its derivation, and `weightedMean` does the rest.
 */
import type { RuleSpec } from '../../../shared/federation/schema.ts';
import { breakdown, type CombineTile, type Rule } from './rule.ts';
import { trimmedMean } from './trimmed-mean.ts';
import { weightedMean } from './weighted-mean.ts';

type Rules = { readonly [Name in RuleSpec['rule']]: Rule<Extract<RuleSpec, { rule: Name }>> };

export const RULES: Rules = { 'weighted-mean': weightedMean, 'trimmed-mean': trimmedMean };

/** The combiner of a rule for these weights. Refuses `rule_breakdown` where the rule does not hold. */
export function combinerOf(spec: RuleSpec, weights: readonly number[]): CombineTile {
  guardRule(spec, weights);
  return ruleOf(spec).combiner(spec, weights);
}

/** Refuses `rule_breakdown` where the rule does not hold for these weights. */
export function guardRule(spec: RuleSpec, weights: readonly number[]): void {
  if (weights.length === 0) throw breakdown('there is no update to combine, at least 1 is needed', { n: 0 });
  ruleOf(spec).guard(spec, weights);
}

/** The weight applied to each contribution, as the manifest and the member's receipt state it; they sum to 1. */
export function appliedShares(spec: RuleSpec, weights: readonly number[]): number[] {
  guardRule(spec, weights);
  return ruleOf(spec).shares(spec, weights);
}

/** `RULES` pairs each name with the rule of that name, which the compiler cannot follow through an index. */
function ruleOf(spec: RuleSpec): Rule<RuleSpec> {
  return RULES[spec.rule] as Rule<RuleSpec>;
}
