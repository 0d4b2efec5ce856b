import { combineRound } from './combine-round.ts';
import { type Context, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** Combines what was accepted, by the step's rule, and applies the step: the next base. */
export async function aggregate(context: Context): Promise<undefined> {
  const { desk } = context;
  const run = runIn(desk.state, 'aggregating');
  if (!run) return undefined;
  await context.timed('aggregate', async () => {
    const aggregated = await combineRound(context, desk.state, run, `round-${run.phase.round.round}`);
    crashPoint('aggregate-adopted');
    await desk.dispatch(aggregated);
  });
  crashPoint('round-aggregated');
  return undefined;
}
