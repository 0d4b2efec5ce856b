import { screenCohort } from '../core/checks/cohort.ts';
import { type Received, receivedOf } from '../core/state.ts';
import { type Context, federationOf, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** Judges each update against its cohort. A refused one costs its sender the seat, never the round. */
export async function screen(context: Context): Promise<undefined> {
  crashPoint('collection-closed');
  const { desk } = context;
  const run = runIn(desk.state, 'screening');
  if (!run) return undefined;
  const { round, seats } = run.phase;
  await context.timed('screen', async () => {
    const received = receivedOf(seats);
    const canary = await canaryScores(context, round.step, round.base, received);
    const { refused, medianNorm } = screenCohort(received, federationOf(context).checks, canary);
    await desk.dispatch({ type: 'screen', round: round.round, attempt: round.attempt, refused, medianNorm });
  });
  crashPoint('cohort-screened');
  return undefined;
}

/** AUROC of base + update by member, for gradient steps of a federation that holds canaries. */
async function canaryScores(
  context: Context,
  step: string,
  base: string,
  received: readonly Received[],
): Promise<ReadonlyMap<string, number> | undefined> {
  const { compute, blobs, canaryFile } = context;
  if (canaryFile === undefined || step !== 'gradients') return undefined;
  const updates = await Promise.all(
    received.map(async ({ member, update }) => ({ member, update: await blobs.locate(update) })),
  );
  const scores = await compute.gate({
    federation: federationOf(context),
    step,
    base: await blobs.locate(base),
    updates,
    canaryFile,
  });
  return new Map(scores.map(({ member, auroc }) => [member, auroc]));
}
