import type { Federation, RuleSpec } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import { Refusal } from '../../shared/refusal.ts';
import { guardRule, needsOf } from '../core/aggregators/registry.ts';
import { assumedOutliers } from '../core/checks/size-policy.ts';
import type { PlannedStep } from '../core/events.ts';
import { activeMembers } from '../core/round/cohort.ts';
import { type Context, federationOf } from './context.ts';
import { crashPoint } from './crash-points.ts';

/**
 * Opens a run: the steps of the model family, from a fresh base. The conductor opens its rounds. Refuses
 * `rule_breakdown` here, and not in the middle, when a rule cannot hold for as many updates as a round will have.
 */
export async function openRun(context: Context, by: string): Promise<{ run: string; rounds: number }> {
  const { desk, blobs, compute } = context;
  const federation = federationOf(context);
  const steps = stepsOf(federation);
  requireRulesHold(context, steps);
  const out = await compute.start({ federation, out: blobs.scratch('start') });
  const { digest: base } = await blobs.adopt(out);
  await desk.dispatch({ type: 'open-run', steps, base, by });
  crashPoint('run-opened');
  return { run: desk.state.run?.run ?? '', rounds: steps.reduce((sum, step) => sum + step.repeat, 0) };
}

/** The steps of a federation's model family, each with the rule that combines its updates. */
export function stepsOf(federation: Federation): PlannedStep[] {
  return familyOf(federation).steps.map((step) => {
    const rule: RuleSpec =
      step.combineBy === 'federation-rule' ? federation.aggregation : { rule: 'weighted-mean' };
    return { step: step.kind, repeat: step.repeat, rule };
  });
}

/**
 * A round has at most `target` updates, of which as many as are assumed to be outliers may be refused: the rule is held
 * against every number from the one to the other, or a single outlier could end the run.
 */
function requireRulesHold(context: Context, steps: readonly PlannedStep[]): void {
  const { rounds, checks } = federationOf(context);
  const active = activeMembers(context.desk.state).length;
  const updates = Math.min(rounds.target ?? active, active);
  // Too few members for any round: refused by the quorum, which says so better.
  if (updates < rounds.min) return;
  const least = Math.max(rounds.min, updates - (checks.outliers ?? assumedOutliers(updates)));
  for (const { rule } of steps) {
    for (let left = updates; left >= least; left -= 1) requireHolds(rule, updates, left);
    if (needsOf(rule).references.includes('root') && context.canaryFile === undefined)
      throw new Refusal(
        'rule_breakdown',
        `${rule.rule} needs the normal rows of a canary set; canary.file names none`,
      );
  }
}

function requireHolds(rule: RuleSpec, updates: number, left: number): void {
  const weights = Array.from({ length: left }, () => 1);
  try {
    guardRule(rule, weights);
  } catch (error) {
    if (!(error instanceof Refusal) || left === updates) throw error;
    const message = `${error.message}: ${updates - left} of ${updates} updates may be refused`;
    throw new Refusal(error.code, message, error.facts);
  }
}
