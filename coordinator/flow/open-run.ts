import type { RuleSpec } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import type { PlannedStep } from '../core/events.ts';
import { type Context, federationOf } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** Opens a run: the steps of the model family, from a fresh base. The conductor opens its rounds. */
export async function openRun(context: Context, by: string): Promise<{ run: string; rounds: number }> {
  const { desk, blobs, compute } = context;
  const federation = federationOf(context);
  const out = await compute.start({ federation, out: blobs.scratch('start') });
  const { digest: base } = await blobs.adopt(out);
  const steps = familyOf(federation).steps.map((step): PlannedStep => {
    const rule: RuleSpec =
      step.combineBy === 'federation-rule' ? federation.aggregation : { rule: 'weighted-mean' };
    return { step: step.kind, repeat: step.repeat, rule };
  });
  await desk.dispatch({ type: 'open-run', steps, base, by });
  crashPoint('run-opened');
  return { run: desk.state.run?.run ?? '', rounds: steps.reduce((sum, step) => sum + step.repeat, 0) };
}
