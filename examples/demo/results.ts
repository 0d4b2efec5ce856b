/** What came of it: from the model as published, and from what others would have had. */
import { loadLearning } from '../../client/adapters/learning.ts';
import { homeOf } from '../../coordinator/config.ts';
import type { UpdateExplanation } from '../../coordinator/core/checks/explain/explain-update.ts';
import type { RoundVerification } from '../../coordinator/flow/verify-round.ts';
import type { Federation } from '../../shared/federation/schema.ts';
import type { MemberRecord } from '../../shared/wire/generated/vedette/v1/MemberRecord.ts';
import type { RoundRecord } from '../../shared/wire/generated/vedette/v1/RoundRecord.ts';
import type { Cast } from './cast.ts';
import { type Consortium, INTEGRATOR, type Proof, type Serving } from './consortium.ts';
import type { RoundBase } from './follow-run.ts';
import { encodeSlice, measureAlone, measureRounds } from './in-process.ts';
import type { TestSlice } from './material.ts';
import { joined, type Measures, measure } from './measures.ts';
import type { Narrator } from './narrator.ts';
import type { DemoOptions } from './options.ts';
import type { Processes } from './processes.ts';
import { type Alert, readScores, type Scored } from './scored.ts';
import type { Stage } from './stage.ts';

/** A refusal of a kind, with the first round in which it happened. */
export interface RefusedKind {
  readonly member: string;
  readonly code: string;
  readonly rounds: number;
  readonly first: Pick<RoundRecord, 'round' | 'step'>;
  /** Of the first round that ended with an aggregate; what is abandoned may leave none. */
  readonly evidence: UpdateExplanation | undefined;
}

/** Rounds that are computed again, to show it; `rounds verify --all` takes longer than a demonstration should. */
const VERIFIED_ROUNDS = 3;

/** Everything that the tables and the JSON tell. */
export interface Outcome {
  readonly options: DemoOptions;
  readonly federation: Federation;
  readonly organisations: readonly string[];
  readonly attackers: readonly string[];
  readonly serving: Serving;
  readonly rounds: readonly RoundRecord[];
  readonly byRound: ReadonlyMap<number, Pick<Measures, 'auroc' | 'ap'>>;
  readonly refused: readonly RefusedKind[];
  readonly quarantined: readonly MemberRecord[];
  readonly verified: readonly RoundVerification[];
  readonly final: Measures;
  readonly threshold: number;
  readonly perOrganisation: ReadonlyMap<string, Measures>;
  readonly localOnly: ReadonlyMap<string, Measures>;
  readonly alerts: readonly Alert[];
  readonly model: { readonly version: number; readonly digest: string };
  readonly proof: Proof;
  readonly stage: Stage;
  readonly seconds: number;
}

export interface Collecting {
  readonly options: DemoOptions;
  readonly stage: Stage;
  readonly processes: Processes;
  readonly narrator: Narrator;
  readonly consortium: Consortium;
  readonly cast: Cast;
  readonly serving: Serving;
  readonly bases: readonly RoundBase[];
}

export async function collect(collecting: Collecting): Promise<Outcome> {
  const { options, stage, narrator, consortium, cast, serving } = collecting;
  const [{ proof, scored }, compared, told] = await Promise.all([
    pullAndScore(collecting),
    compare(collecting),
    askOperator(consortium),
  ]);
  const [first] = scored;
  if (!first) throw new Error('test.csv holds no row');
  const measured = new Map(scored.map((one) => [one.owner, measure(one, one.threshold)]));
  return {
    options,
    stage,
    serving,
    proof,
    federation: cast.federation,
    organisations: cast.organisations.map(({ name }) => name),
    attackers: [...cast.attackers],
    final: measure(joined(scored), first.threshold),
    threshold: first.threshold,
    perOrganisation: eachOf(cast, measured),
    alerts: scored.flatMap(({ alerts }) => alerts),
    seconds: narrator.seconds,
    ...compared,
    ...told,
  };
}

/** The integrator comes last: what it gets is what anyone would get who joins a federation that runs. */
async function pullAndScore({
  stage,
  consortium,
  cast,
  narrator,
}: Collecting): Promise<{ proof: Proof; scored: Scored[] }> {
  let done = 0;
  const scoreOne = async (slice: TestSlice): Promise<Scored> => {
    const { owner, file } = slice;
    await consortium.score(owner, file, stage.scores(owner));
    const scored = await readScores(stage.scores(owner), slice);
    done += 1;
    narrator.progress(`${done} of ${cast.slices.length} have scored`);
    return scored;
  };
  const pulling = consortium.enrolIntegrator().then(() => consortium.pullAndVerify());
  const [proof, scored] = await Promise.all([
    pulling,
    Promise.all(
      cast.slices.map(async (slice) => {
        if (slice.owner === INTEGRATOR) await pulling;
        return await scoreOne(slice);
      }),
    ),
  ]);
  if (!proof.holds) throw new Error('the model that the integrator pulled does not verify');
  return { proof, scored };
}

/** In this process, while the others score: the run at some of its rounds, and every organisation alone. */
async function compare({
  stage,
  processes,
  cast,
  bases,
}: Collecting): Promise<Pick<Outcome, 'byRound' | 'localOnly'>> {
  const { federation, organisations, slices } = cast;
  const { signal } = processes;
  const { family } = await loadLearning(federation);
  const encoded = await Promise.all(slices.map((slice) => encodeSlice(slice, federation)));
  const byRound = await measureRounds(family, bases, encoded, homeOf(stage.coordinator).blobs, signal);
  const localOnly = new Map<string, Measures>();
  for (const { name } of organisations) {
    const slice =
      encoded.find(({ owner }) => owner === name) ?? encoded.find(({ owner }) => owner === INTEGRATOR);
    if (!slice) continue;
    localOnly.set(
      name,
      await measureAlone({ federation, family, name, home: stage.node(name), slice }, signal),
    );
  }
  return { byRound, localOnly };
}

/** Its own test rows tell what a model is worth to an organisation; all of them, when none are its own. */
function eachOf({ organisations }: Cast, measured: ReadonlyMap<string, Measures>): Map<string, Measures> {
  return new Map(
    organisations.flatMap(({ name }) => {
      const own = measured.get(name) ?? measured.get(INTEGRATOR);
      return own ? [[name, own] as const] : [];
    }),
  );
}

async function askOperator(
  consortium: Consortium,
): Promise<Pick<Outcome, 'rounds' | 'refused' | 'model' | 'quarantined' | 'verified'>> {
  const [rounds, models, members] = await Promise.all([
    consortium.rounds(),
    consortium.models(),
    consortium.members(),
  ]);
  const current = models.find(({ state }) => state === 'current')?.model ?? models.at(-1)?.model;
  if (!current) throw new Error('no model was published');
  const [refused, verified] = await Promise.all([
    kindsOfRefusal(consortium, rounds),
    consortium.verifyRounds(VERIFIED_ROUNDS),
  ]);
  return {
    rounds,
    refused,
    verified,
    model: { version: current.version, digest: current.weights },
    quarantined: members.filter(({ standing }) => standing === 'quarantined'),
  };
}

async function kindsOfRefusal(
  consortium: Consortium,
  rounds: readonly RoundRecord[],
): Promise<RefusedKind[]> {
  const kinds = new Map<string, { member: string; code: string; of: RoundRecord[] }>();
  for (const round of rounds) {
    for (const { name, code } of round.refused) {
      const known = kinds.get(`${name} ${code}`) ?? { member: name, code, of: [] };
      kinds.set(`${name} ${code}`, { ...known, of: [...known.of, round] });
    }
  }
  return await Promise.all(
    [...kinds.values()].map(async ({ member, code, of }) => {
      const shown = of.find(({ outcome }) => outcome === 'aggregated');
      const first = shown ?? of[0] ?? { round: 0, step: '' };
      const evidence = shown && (await consortium.evidence(shown.round, member));
      return { member, code, rounds: of.length, first, evidence };
    }),
  );
}
