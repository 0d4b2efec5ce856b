/** What a follower needs to know now. Level-triggered: whoever missed something learns it from the next one. */
import type { Situation } from '../../shared/wire/generated/vedette/v1/Situation.ts';
import type { Standing } from '../core/events.ts';
import { samplesBound } from '../core/round/decide-round.ts';
import { type Member, type Model, type State, seatOf } from '../core/state.ts';
import { type Context, federationOf } from './context.ts';
import { layoutOf } from './open-round.ts';

type Plan = NonNullable<Situation['plan']>;
type Ballot = NonNullable<Situation['ballot']>;
type ModelRef = NonNullable<Situation['model']>;

/** The situation as one member sees it. The tree head is added by whoever knows what the member has seen. */
export async function situationOf(
  context: Context,
  memberId: string,
): Promise<Omit<Situation, 'head'> | undefined> {
  const { state } = context.desk;
  const member = state.members.get(memberId);
  if (!member) return undefined;
  return {
    standing: member.standing,
    plan: await planFor(context, state, member),
    ballot: ballotFor(state, member),
    model: modelRef(state.models.find((model) => model.version === state.current)),
    round: state.rounds.at(-1)?.round ?? 0,
    run: state.run?.run ?? '',
    phase: state.run?.phase.phase ?? 'idle',
  };
}

/** Members in quarantine are asked too: what they send is judged, at weight 0. */
const TAKING_PART: ReadonlySet<Standing> = new Set(['active', 'quarantined']);

async function planFor(context: Context, state: State, member: Member): Promise<Plan | null> {
  const run = state.run;
  if (run?.phase.phase !== 'collecting' || !TAKING_PART.has(member.standing)) return null;
  if (seatOf(run.phase, member.id)?.state !== 'awaited') return null;
  const { round } = run.phase;
  const layout = await layoutOf(context, round.step, round.base);
  return {
    run: round.run,
    round: round.round,
    attempt: round.attempt,
    step: round.step,
    base: round.base,
    layout: layout.map(({ name, shape }) => ({ name, shape: [...shape] })),
    maxBytes: round.maxBytes,
    maxSamples: samplesBound(state, federationOf(context), member.id),
    nonce: round.nonce,
    seed: round.seed,
    roundsDone: run.roundsDone,
    roundsTotal: run.steps.reduce((sum, step) => sum + step.repeat, 0),
  };
}

function ballotFor(state: State, member: Member): Ballot | null {
  const phase = state.run?.phase;
  if (phase?.phase !== 'voting' || member.standing !== 'active') return null;
  const { candidate, votes } = phase;
  if (!candidate.electorate.includes(member.id) || votes.has(member.id)) return null;
  return { run: state.run?.run ?? '', candidate: candidate.weights, bytes: candidate.bytes };
}

export function modelRef(model: Model | undefined): ModelRef | null {
  if (!model) return null;
  return {
    version: model.version,
    weights: model.weights,
    manifest: model.manifest,
    threshold: model.threshold,
  };
}

/** Blobs that a member may read: bases and candidates of the run under way, and every published release. */
export function isReadable(state: State, digest: string): boolean {
  const run = state.run;
  const ofRun = run
    ? [run.base, ...(run.phase && 'candidate' in run.phase ? [run.phase.candidate.weights] : [])]
    : [];
  return (
    ofRun.includes(digest) || state.models.some((model) => model.files.some((file) => file.digest === digest))
  );
}
