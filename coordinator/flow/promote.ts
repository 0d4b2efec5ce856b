import { type Manifest, signManifest } from '../../shared/provenance/manifest.ts';
import { MODEL_SIGNATURE_FILE, signModel } from '../../shared/provenance/model-signing.ts';
import { contributionsOf, encodeProvenance, type Provenance } from '../../shared/provenance/provenance.ts';
import type { State } from '../core/state.ts';
import { type Context, federationOf, runIn } from './context.ts';
import { crashPoint } from './crash-points.ts';
import { type RoundStory, storiesOfRun, type UpdateStory } from './history.ts';

const WEIGHTS_FILE = 'model.safetensors';
const MANIFEST_FILE = 'manifest.json';
const PROVENANCE_FILE = 'provenance.json';

type PromotingRun = NonNullable<ReturnType<typeof runIn<'promoting'>>>;

/** Signs the candidate's manifest and release, and makes it the model. */
export async function promote(context: Context): Promise<undefined> {
  const { desk, blobs, journal, publisher } = context;
  const run = runIn(desk.state, 'promoting');
  if (!run) return undefined;
  const stories = storiesOfRun(desk.state, journal, run.run);
  const provenance = provenanceOf(context, run.run, stories);
  const provenanceBlob = await blobs.put(encodeProvenance(provenance).bytes);
  const manifest = manifestOf(context, run, stories, provenance, provenanceBlob.digest);
  const manifestBlob = await blobs.put(Buffer.from(signManifest(publisher.identity, manifest), 'utf8'));
  const files = new Map([
    [WEIGHTS_FILE, run.phase.candidate.weights],
    [MANIFEST_FILE, manifestBlob.digest],
    [PROVENANCE_FILE, provenanceBlob.digest],
  ]);
  const name = `${manifest.federation.id}-v${manifest.version}`;
  const signatureBlob = await blobs.put(Buffer.from(signModel(publisher.release, name, files), 'utf8'));
  crashPoint('manifest-signed');
  await desk.dispatch({
    type: 'record-promotion',
    run: run.run,
    weights: run.phase.candidate.weights,
    manifest: manifestBlob.digest,
    files: [
      { name: WEIGHTS_FILE, digest: run.phase.candidate.weights, bytes: run.phase.candidate.bytes },
      { name: MANIFEST_FILE, digest: manifestBlob.digest, bytes: manifestBlob.size },
      { name: PROVENANCE_FILE, digest: provenanceBlob.digest, bytes: provenanceBlob.size },
      { name: MODEL_SIGNATURE_FILE, digest: signatureBlob.digest, bytes: signatureBlob.size },
    ],
  });
  crashPoint('model-promoted');
  return undefined;
}

/** Every signed update of the run, whatever became of it. Of attempts that were abandoned, none was taken. */
function provenanceOf(context: Context, run: string, stories: readonly RoundStory[]): Provenance {
  const { state } = context.desk;
  return {
    type: 'vedette-provenance-v1',
    federation: federationOf(context).federation,
    run,
    updates: stories
      .flatMap((story) =>
        story.updates.filter((update) => update.header !== '').map((update) => rowOf(state, story, update)),
      )
      .sort((a, b) => a.index - b.index),
  };
}

function rowOf(state: State, { summary }: RoundStory, update: UpdateStory): Provenance['updates'][number] {
  const { decision, code, message } = update.verdict;
  const taken = summary.outcome === 'aggregated';
  const verdict = taken
    ? { decision, ...(code ? { code } : {}), message }
    : { decision: 'ignore' as const, message: `the attempt was ${summary.outcome}` };
  return {
    round: summary.round,
    step: summary.step,
    attempt: summary.attempt,
    member: didOf(state, update.member),
    update: update.update,
    samples: update.samples,
    header: update.header,
    verdict,
    appliedWeight: taken ? update.appliedWeight : 0,
    index: update.index,
  };
}

function manifestOf(
  context: Context,
  run: PromotingRun,
  stories: readonly RoundStory[],
  provenance: Provenance,
  provenanceDigest: string,
): Manifest {
  const { desk, prover, publisher, clock } = context;
  const { state } = desk;
  const federation = federationOf(context);
  // Options of this version that the founding did not know would not hash to its digest.
  const { definition = federation } = state;
  const { candidate, evaluation, approvals } = run.phase;
  const createdAt = new Date(clock.now()).toISOString();
  const { inclusion, ...proof } = prover.inclusion(state.size - 1);
  return {
    type: 'vedette-manifest-v1',
    federation: { id: federation.federation, digest: state.federationDigest, definition: json(definition) },
    version: state.models.length + 1,
    parent: state.models.find((model) => model.version === state.current)?.weights ?? null,
    weights: { digest: candidate.weights, bytes: candidate.bytes },
    model: json(definition.model),
    features: definition.features.map(json),
    threshold: {
      value: evaluation.threshold,
      alertBudget: federation.threshold.alertBudget,
      rule: evaluation.thresholdRule,
      reports: evaluation.reports.map(({ member, p99 }) => ({ member: didOf(state, member), p99 })),
    },
    run: run.run,
    rounds: stories.flatMap(roundOf),
    contributions: {
      digest: provenanceDigest,
      members: contributionsOf(provenance).map((contribution) => ({
        ...contribution,
        name: nameOf(state, contribution.member),
      })),
    },
    evaluation: {
      ...(evaluation.canary
        ? { canary: { ...evaluation.canary, families: { ...evaluation.canary.families } } }
        : {}),
      votes: votesOf(context, run.index),
    },
    approvals: approvals.map(({ by, reason }) => ({
      by: by === 'automatic' ? ('policy' as const) : didOf(state, by),
      at: createdAt,
      ...(reason ? { reason } : {}),
    })),
    log: { origin: prover.origin, ...proof, inclusion: [...inclusion] },
    software: publisher.software,
    createdAt,
  };
}

function roundOf({ summary, aggregated, seed }: RoundStory): Manifest['rounds'] {
  if (!aggregated) return [];
  const { rule, ...params } = aggregated.rule;
  return [
    {
      round: summary.round,
      step: summary.step,
      rule,
      params: json(params),
      seed,
      combined: aggregated.combined,
      base: aggregated.base,
      accepted: summary.accepted,
      refused: summary.refused.length,
    },
  ];
}

/** The votes as signed, from the journal: the state keeps only what decides. */
function votesOf({ journal, desk }: Context, fromIndex: number): Manifest['evaluation']['votes'] {
  return [...journal.read(fromIndex)]
    .filter((entry) => entry.type === 'vote_received')
    .map(
      (entry) =>
        entry.data as { member: string; approve: boolean; heldBack: number; p99: number; jws: string },
    )
    .map(({ member, approve, heldBack, p99, jws }) => ({
      member: didOf(desk.state, member),
      approve,
      heldBack,
      p99,
      vote: jws,
    }))
    .sort((a, b) => (a.member < b.member ? -1 : 1));
}

function didOf(state: State, member: string): string {
  return state.members.get(member)?.did ?? '';
}

function nameOf(state: State, did: string): string {
  return state.members.get(state.dids.get(did) ?? '')?.name ?? '';
}

/** A validated value as the plain JSON it came from: absent options leave no trace. */
function json(value: unknown): Manifest['model'] {
  return JSON.parse(JSON.stringify(value)) as Manifest['model'];
}
