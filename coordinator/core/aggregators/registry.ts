/**
 * Every rule and every step before it, by its name in the federation file. A new one is one file here and one member of
 * a union in the schema: until both exist, this does not compile.
 */
import type {
  PreAggregationOf,
  PreAggregationSpec,
  RuleName,
  RuleOf,
  RuleSpec,
} from '../../../shared/federation/schema.ts';
import { arc } from './before/arc.ts';
import { bucketing } from './before/bucketing.ts';
import { nnm } from './before/nnm.ts';
import { normClip } from './before/norm-clip.ts';
import { bulyan } from './bulyan.ts';
import { centredClipping } from './centred-clipping.ts';
import { fltrust } from './fltrust.ts';
import { geometricMedian } from './geometric-median.ts';
import { krum } from './krum.ts';
import { mda } from './mda.ts';
import { meanAroundMedian } from './mean-around-median.ts';
import { median } from './median.ts';
import { multiKrum } from './multi-krum.ts';
import { countedRows, type Mixing, planBack, rowsOf, shared } from './rows.ts';
import {
  breakdown,
  type Matrix,
  type Needs,
  type Plan,
  type PreAggregation,
  type Rule,
  type RuleInput,
} from './rule.ts';
import { trimmedMean } from './trimmed-mean.ts';
import { weightedMean } from './weighted-mean.ts';

type Rules = { readonly [Name in RuleName]: Rule<RuleOf<Name>> };
type Before = { readonly [Name in PreAggregationSpec['rule']]: PreAggregation<PreAggregationOf<Name>> };

export const RULES: Rules = {
  'weighted-mean': weightedMean,
  'trimmed-mean': trimmedMean,
  median,
  'mean-around-median': meanAroundMedian,
  'geometric-median': geometricMedian,
  krum,
  'multi-krum': multiKrum,
  bulyan,
  mda,
  'centred-clipping': centredClipping,
  fltrust,
};

export const BEFORE: Before = { nnm, bucketing, arc, 'norm-clip': normClip };

/** What has to be measured before `planOf`: of the rule and of all steps before it. */
export function needsOf(spec: RuleSpec): Needs {
  const rule = ruleOf(spec).needs;
  const before = (spec.before ?? []).some((step) => stepOf(step).needs.gram);
  return { gram: rule.gram || before, references: rule.references };
}

/** Refuses `rule_breakdown` where the rule, or a step before it, does not hold for these weights. */
export function guardRule(spec: RuleSpec, weights: readonly number[]): void {
  const updates = weights.length;
  if (updates === 0) throw breakdown('there is no update to combine, at least 1 is needed', { n: 0 });
  const left = (spec.before ?? []).reduce((n, step) => stepOf(step).guard(step, n, updates), updates);
  ruleOf(spec).guard(spec, left, weights);
}

/**
 * What to do with the bytes, and each update's part in the result. Refuses `rule_breakdown` outside the rule's `holds`.
 * Rules that can weigh (`capsInfluence`) take caps on influence into their weights, and copies share one; for the others
 * see `countedRows`.
 */
export function planOf(spec: RuleSpec, input: RuleInput): Plan {
  guardRule(spec, input.weights);
  const rule = ruleOf(spec);
  const counted = rule.capsInfluence ? undefined : countedRows(input);
  const first = counted && holdsFor(spec, weightsOf(counted)) ? counted : undefined;
  // What counts as one is one for the number of outliers assumed, too.
  const seen = first === undefined ? input : { ...input, weights: weightsOf(first) };
  const steps = (spec.before ?? []).map(
    (step): Mixing =>
      (rows) =>
        stepOf(step).mix(step, rows, seen),
  );
  const rows = rowsOf(input, first, steps, needsOf(spec).gram);
  return planBack(rule.plan(spec, rows, rule.capsInfluence ? shared(input) : seen), rows, input);
}

/** Rules that cannot weigh ask only how many weights there are. */
function weightsOf(rows: Matrix): number[] {
  return rows.map(() => 1);
}

/** Fewer rows than a rule holds for, and all updates are rows again: copies must not be able to stop a round. */
function holdsFor(spec: RuleSpec, weights: readonly number[]): boolean {
  try {
    guardRule(spec, weights);
    return true;
  } catch {
    return false;
  }
}

/** `RULES` pairs each name with the rule of that name, which the compiler cannot follow through an index. */
function ruleOf(spec: RuleSpec): Rule<RuleSpec> {
  return RULES[spec.rule] as Rule<RuleSpec>;
}

function stepOf(spec: PreAggregationSpec): PreAggregation<PreAggregationSpec> {
  return BEFORE[spec.rule] as PreAggregation<PreAggregationSpec>;
}
