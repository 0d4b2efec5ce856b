/** Recomputes a published model from what the members sent: same inputs, same rules, same bytes. */
import { Refusal } from '../../shared/refusal.ts';
import type { DataOf } from '../core/events.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import type { Model, State } from '../core/state.ts';
import type { Journal } from '../ports/journal.ts';
import { locateIfAny } from './context.ts';
import { type RoundStory, storiesOfRun } from './history.ts';
import type { Means } from './judge-round.ts';

export interface Verification {
  readonly version: number;
  readonly weights: string;
  /** Rounds recomputed, each to the same bytes. */
  readonly rounds: number;
  readonly updates: number;
}

interface ModelMeans extends Means {
  readonly state: State;
  readonly journal: Journal;
  progress(done: number, of: number): void;
}

/** Refuses `model_invalid` naming the first round, or the model, whose bytes come out otherwise. */
export async function verifyModel(means: ModelMeans, version: number): Promise<Verification> {
  const { state, journal, blobs, compute } = means;
  const model = state.models.find((candidate) => candidate.version === version);
  if (!model) throw new Refusal('model_missing', `no version ${version}`, { version });
  const stories = storiesOfRun(state, journal, model.run).filter((story) => story.aggregated);
  const federation = foundedFederation(state);
  const start = await compute.start({ federation, out: blobs.scratch('verify-start') });
  let base = (await blobs.adopt(start)).digest;
  let server: string | undefined;
  let before: RoundStory | undefined;
  for (const [at, story] of stories.entries()) {
    if (story.summary.base !== base)
      throw differs(`round ${story.summary.round} started`, base, story.summary.base);
    const previous = before?.summary.step === story.summary.step ? before.aggregated?.combined : undefined;
    ({ base, server } = await recompute(means, story, { base, server, previous }));
    before = story;
    means.progress(at + 1, stories.length);
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

/** Digests of what a round was computed from, beside its updates. */
interface Inputs {
  readonly base: string;
  readonly server: string | undefined;
  /** The combined vector of the round before, of the same step. */
  readonly previous: string | undefined;
}

async function recompute(
  { state, blobs, compute, canaryFile }: ModelMeans,
  { summary, aggregated, seed }: RoundStory,
  { base, server, previous }: Inputs,
): Promise<{ base: string; server: string | undefined }> {
  const recorded = aggregated as DataOf<'round_aggregated'>;
  const written = await compute.aggregate({
    federation: foundedFederation(state),
    step: summary.step,
    contributions: await Promise.all(
      recorded.contributions.map(async ({ member, update, samples, influence = 1, copyOf }) => ({
        member,
        update: await blobs.locate(update),
        weight: samples,
        influence,
        copyOf,
      })),
    ),
    rule: recorded.rule,
    base: await blobs.locate(base),
    server: await locateIfAny(blobs, server),
    previous: await locateIfAny(blobs, previous),
    canaryFile,
    seed,
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
