/** Recomputes a published model from what the members sent: same inputs, same rules, same bytes. */
import { Refusal } from '../../shared/refusal.ts';
import type { DataOf } from '../core/events.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import type { Model, State } from '../core/state.ts';
import type { Blobs } from '../ports/blobs.ts';
import type { Compute } from '../ports/compute.ts';
import type { Journal } from '../ports/journal.ts';
import { locateIfAny } from './context.ts';
import { type RoundStory, storiesOfRun } from './history.ts';

export interface Verification {
  readonly version: number;
  readonly weights: string;
  /** Rounds recomputed, each to the same bytes. */
  readonly rounds: number;
  readonly updates: number;
}

interface Means {
  readonly state: State;
  readonly journal: Journal;
  readonly blobs: Blobs;
  readonly compute: Compute;
  progress(done: number, of: number): void;
}

/** Refuses `model_invalid` naming the first round, or the model, whose bytes come out otherwise. */
export async function verifyModel(means: Means, version: number): Promise<Verification> {
  const { state, journal, blobs, compute } = means;
  const model = state.models.find((candidate) => candidate.version === version);
  if (!model) throw new Refusal('model_missing', `no version ${version}`, { version });
  const stories = storiesOfRun(state, journal, model.run).filter((story) => story.aggregated);
  const federation = foundedFederation(state);
  const start = await compute.start({ federation, out: blobs.scratch('verify-start') });
  let base = (await blobs.adopt(start)).digest;
  let server: string | undefined;
  let done = 0;
  for (const story of stories) {
    if (story.summary.base !== base)
      throw differs(`round ${story.summary.round} started`, base, story.summary.base);
    ({ base, server } = await recompute(means, story, base, server));
    means.progress(++done, stories.length);
  }
  const assembled = await compute.assemble({
    federation,
    base: await blobs.locate(base),
    out: blobs.scratch('verify-model'),
  });
  const { digest } = await blobs.adopt(assembled);
  if (digest !== model.weights) throw differs(`model ${version} was assembled`, digest, model.weights);
  return { version, weights: digest, rounds: stories.length, updates: countUpdates(stories) };
}

async function recompute(
  { state, blobs, compute }: Means,
  { summary, aggregated }: RoundStory,
  base: string,
  server: string | undefined,
): Promise<{ base: string; server: string | undefined }> {
  const recorded = aggregated as DataOf<'round_aggregated'>;
  const written = await compute.aggregate({
    federation: foundedFederation(state),
    step: summary.step,
    contributions: await Promise.all(
      recorded.contributions.map(async ({ member, update, samples }) => ({
        member,
        update: await blobs.locate(update),
        weight: samples,
      })),
    ),
    rule: recorded.rule,
    base: await blobs.locate(base),
    server: await locateIfAny(blobs, server),
    out: blobs.scratch('verify-round'),
  });
  const combined = (await blobs.adopt(written.combined)).digest;
  if (combined !== recorded.combined)
    throw differs(`round ${summary.round} was combined`, combined, recorded.combined);
  const next = (await blobs.adopt(written.base)).digest;
  if (next !== recorded.base) throw differs(`round ${summary.round} was applied`, next, recorded.base);
  return {
    base: next,
    server: written.server === undefined ? undefined : (await blobs.adopt(written.server)).digest,
  };
}

function countUpdates(stories: readonly RoundStory[]): number {
  return stories.reduce((sum, { aggregated }) => sum + (aggregated?.contributions.length ?? 0), 0);
}

function differs(what: string, seen: string, recorded: string): Refusal {
  return new Refusal(
    'model_invalid',
    `${what} to ${seen.slice(0, 16)}, the journal says ${recorded.slice(0, 16)}`,
  );
}

export function modelNamed(state: State, version: number | undefined): Model {
  const wanted = version ?? state.current;
  const model = state.models.find((candidate) => candidate.version === wanted);
  if (!model)
    throw new Refusal('model_missing', wanted === 0 ? 'no model was promoted yet' : `no version ${wanted}`, {
      version: wanted,
    });
  return model;
}
