import { everyoneVoted } from '../core/run/decide-candidate.ts';
import type { CanaryResult } from '../ports/compute.ts';
import { type Context, federationOf, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** When the votes are in, or their time has passed: canary, votes, threshold, and what follows from them. */
export async function evaluate(context: Context): Promise<number | undefined> {
  const { desk, clock } = context;
  const run = runIn(desk.state, 'voting');
  if (!run) return undefined;
  const { candidate } = run.phase;
  // Time in which nobody could vote, because no coordinator served, does not count.
  const openedAtMs = Math.max(candidate.openedAtMs, context.servesSinceMs);
  const leftMs = openedAtMs + federationOf(context).promotion.voteFor - clock.now();
  if (leftMs > 0 && !everyoneVoted(desk.state, run.phase)) return leftMs;
  await context.timed('evaluate', async () => {
    await desk.dispatch({
      type: 'evaluate',
      run: run.run,
      candidate: candidate.weights,
      canary: await onCanaries(context, candidate.weights),
      currentCanary: currentCanary(context),
    });
  });
  crashPoint('candidate-evaluated');
  return undefined;
}

async function onCanaries(context: Context, weights: string): Promise<CanaryResult | null> {
  const { compute, blobs, canaryFile } = context;
  if (canaryFile === undefined) return null;
  return compute.evaluate({
    federation: federationOf(context),
    model: await blobs.locate(weights),
    canaryFile,
  });
}

function currentCanary({ desk }: Context): CanaryResult | null {
  const { models, current } = desk.state;
  return models.find((model) => model.version === current)?.evaluation.canary ?? null;
}
