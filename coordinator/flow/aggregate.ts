import { Refusal } from '../../shared/refusal.ts';
import { combineRound } from './combine-round.ts';
import { type Context, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/**
 * Combines what was accepted, by the step's rule, and applies the step: the next base. Where so few were accepted that
 * the rule does not hold, trying again with the same updates would not help: the attempt is given up.
 */
export async function aggregate(context: Context): Promise<undefined> {
  const { desk } = context;
  const run = runIn(desk.state, 'aggregating');
  if (!run) return undefined;
  const { round, attempt } = run.phase.round;
  await context.timed('aggregate', async () => {
    try {
      const aggregated = await combineRound(context, desk.state, run, `round-${round}`);
      crashPoint('aggregate-adopted');
      await desk.dispatch(aggregated);
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'rule_breakdown') throw error;
      await desk.dispatch({ type: 'give-up-attempt', round, attempt, reason: error.message });
    }
  });
  crashPoint('round-aggregated');
  return undefined;
}
