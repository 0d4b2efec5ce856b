/** The aggregate of a round and the base that follows: computed by the round itself, and again by whoever recomputes it. */
import type { CommandOf } from '../core/commands.ts';
import type { Contribution } from '../core/events.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import { type Received, receivedOf, type State } from '../core/state.ts';
import type { AggregateResult, WeighedUpdate } from '../ports/compute.ts';
import { locateIfAny, type runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';
import type { Means } from './judge-round.ts';
import { inOrder, previousCombined, weigh } from './weigh.ts';

export type AggregatingRun = NonNullable<ReturnType<typeof runIn<'aggregating'>>>;

/** The record of what was written; its blobs are in place. `out` names the scratch files. */
export async function combineRound(
  { blobs, compute, canaryFile }: Means,
  state: State,
  run: AggregatingRun,
  out: string,
): Promise<CommandOf<'record-aggregate'>> {
  const { round, seats } = run.phase;
  const rule = run.steps[run.at.step]?.rule ?? { rule: 'weighted-mean' };
  const federation = foundedFederation(state);
  const received = inOrder(receivedOf(seats));
  const weighed = await weigh(state, federation, blobs, received, round);
  const written = await compute.aggregate({
    federation,
    step: round.step,
    contributions: weighed,
    rule,
    base: await blobs.locate(run.base),
    server: await locateIfAny(blobs, run.server),
    previous: await locateIfAny(blobs, previousCombined(state, run)),
    canaryFile,
    seed: round.seed,
    out: blobs.scratch(out),
  });
  crashPoint('aggregate-written');
  const combined = await blobs.adopt(written.combined);
  const base = await blobs.adopt(written.base);
  const server = written.server === undefined ? null : (await blobs.adopt(written.server)).digest;
  return {
    type: 'record-aggregate',
    round: round.round,
    attempt: round.attempt,
    rule,
    contributions: contributionsOf(received, weighed, written),
    combined: combined.digest,
    base: base.digest,
    server,
    norm: written.norm,
  };
}

function contributionsOf(
  received: readonly Received[],
  weighed: readonly WeighedUpdate[],
  { shares }: AggregateResult,
): Contribution[] {
  return received.map(({ member, update, index }, place) => {
    const { influence = 1, copyOf } = weighed[place] ?? {};
    return {
      member,
      update,
      samples: weighed[place]?.weight ?? 0,
      weight: shares[place] ?? 0,
      ...(influence < 1 ? { influence } : {}),
      ...(copyOf === undefined ? {} : { copyOf }),
      index,
    };
  });
}
