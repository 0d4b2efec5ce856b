import { appliedShares } from '../core/aggregators/registry.ts';
import type { Contribution } from '../core/events.ts';
import { countedSamples } from '../core/round/counted-samples.ts';
import { samplesBound } from '../core/round/decide-round.ts';
import { type Received, receivedOf } from '../core/state.ts';
import { type Context, federationOf, locateIfAny, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';

/** Combines what was accepted, by the step's rule, and applies the step: the next base. */
export async function aggregate(context: Context): Promise<undefined> {
  const { desk, blobs, compute } = context;
  const run = runIn(desk.state, 'aggregating');
  const rule = run?.steps[run.at.step]?.rule;
  if (!run || !rule) return undefined;
  const { round, seats } = run.phase;
  const federation = federationOf(context);
  await context.timed('aggregate', async () => {
    const received = receivedOf(seats).sort((a, b) => (a.member < b.member ? -1 : 1));
    const claims = received.map(({ member, samples }) => ({
      claimed: samples,
      bound: samplesBound(desk.state, federation, member),
    }));
    const samples = countedSamples(claims, federation.checks.samplesPerMedian);
    const written = await compute.aggregate({
      federation,
      step: round.step,
      contributions: await Promise.all(
        received.map(async ({ member, update }, index) => ({
          member,
          update: await blobs.locate(update),
          weight: samples[index] ?? 0,
        })),
      ),
      rule,
      base: await blobs.locate(run.base),
      server: await locateIfAny(blobs, run.server),
      out: blobs.scratch(`round-${round.round}`),
    });
    crashPoint('aggregate-written');
    const combined = await blobs.adopt(written.combined);
    const base = await blobs.adopt(written.base);
    const server = written.server === undefined ? null : (await blobs.adopt(written.server)).digest;
    crashPoint('aggregate-adopted');
    await desk.dispatch({
      type: 'record-aggregate',
      round: round.round,
      attempt: round.attempt,
      rule,
      contributions: contributionsOf(received, samples, appliedShares(rule, samples)),
      combined: combined.digest,
      base: base.digest,
      server,
      norm: written.norm,
    });
  });
  crashPoint('round-aggregated');
  return undefined;
}

function contributionsOf(
  received: readonly Received[],
  samples: readonly number[],
  shares: readonly number[],
): Contribution[] {
  return received.map(({ member, update, index }, place) => ({
    member,
    update,
    samples: samples[place] ?? 0,
    weight: shares[place] ?? 0,
    index,
  }));
}
