import { type Context, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';
import { judgeRound } from './judge-round.ts';

/** Judges each update against its cohort, and keeps the evidence. A refused one costs its sender the seat, never the round. */
export async function screen(context: Context): Promise<undefined> {
  crashPoint('collection-closed');
  const { desk, blobs, clock } = context;
  const run = runIn(desk.state, 'screening');
  if (!run) return undefined;
  const { round, attempt } = run.phase.round;
  await context.timed('screen', async () => {
    const { bytes, screened } = await judgeRound(context, desk.state, run);
    const { digest } = await blobs.put(bytes);
    crashPoint('evidence-written');
    const nowMs = clock.now();
    await desk.dispatch({ type: 'screen', round, attempt, ...screened, evidence: digest, nowMs });
  });
  crashPoint('cohort-screened');
  return undefined;
}
