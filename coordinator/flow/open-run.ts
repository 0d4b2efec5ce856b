import type { RuleSpec } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import { Refusal } from '../../shared/refusal.ts';
import { guardRule, needsOf } from '../core/aggregators/registry.ts';
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
  const steps = familyOf(federation).steps.map((step): PlannedStep => {
    const rule: RuleSpec =
      step.combineBy === 'federation-rule' ? federation.aggregation : { rule: 'weighted-mean' };
    return { step: step.kind, repeat: step.repeat, rule };
  });
  requireRulesHold(context, steps);
  const out = await compute.start({ federation, out: blobs.scratch('start') });
  const { digest: base } = await blobs.adopt(out);
  await desk.dispatch({ type: 'open-run', steps, base, by });
  crashPoint('run-opened');
  return { run: desk.state.run?.run ?? '', rounds: steps.reduce((sum, step) => sum + step.repeat, 0) };
}

/** A round has at most `target` updates, and may have as few as `min`; a rule is held against the most. */
function requireRulesHold(context: Context, steps: readonly PlannedStep[]): void {
  const { rounds } = federationOf(context);
  const active = activeMembers(context.desk.state).length;
  const updates = Math.min(rounds.target ?? active, active);
  // Too few members for any round: refused by the quorum, which says so better.
  if (updates < rounds.min) return;
  for (const { rule } of steps) {
    guardRule(
      rule,
      Array.from({ length: updates }, () => 1),
    );
    if (needsOf(rule).references.includes('root') && context.canaryFile === undefined)
      throw new Refusal(
        'rule_breakdown',
        `${rule.rule} needs the normal rows of a canary set; canary.file names none`,
      );
  }
}
