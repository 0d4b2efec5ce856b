/**
 * What the updates of a round are measured to be, and what follows for each: asked by the round itself, and again by
 * whoever recomputes it. Nothing is recorded here: same state, same blobs, same canary set, same evidence.
 */
import canonicalize from 'canonicalize';
import type { Federation } from '../../shared/federation/schema.ts';
import { familyOf } from '../../shared/learning/families.ts';
import { verifyUpdateHeader } from '../../shared/provenance/update-header.ts';
import { SOFTWARE } from '../../shared/software.ts';
import { type ScreenedCohort, screenCohort } from '../core/checks/cohort.ts';
import type { CohortInput, CohortUpdate } from '../core/checks/detectors/detector.ts';
import type { RoundEvidence } from '../core/checks/evidence.ts';
import type { AuditMeasures, CohortMeasures } from '../core/checks/measures.ts';
import { restrictMeasures } from '../core/checks/restrict-measures.ts';
import { policyForSize } from '../core/checks/size-policy.ts';
import { foundedFederation } from '../core/run/decide-run.ts';
import { type Received, receivedOf, type State } from '../core/state.ts';
import type { BlobLocation, Blobs } from '../ports/blobs.ts';
import type { Compute } from '../ports/compute.ts';
import { locateIfAny, type runIn } from './context.ts';
import { inOrder, previousCombined, trailOf, weigh } from './weigh.ts';

/** What a round is judged with, beside the journal. */
export interface JudgingMeans {
  readonly blobs: Pick<Blobs, 'locate'>;
  readonly compute: Pick<Compute, 'measure' | 'audit'>;
  readonly canaryFile: string | undefined;
}

/** What a round is computed with, beside the journal. */
export interface Means extends JudgingMeans {
  readonly blobs: Blobs;
  readonly compute: Compute;
}

export type ScreeningRun = NonNullable<ReturnType<typeof runIn<'screening'>>>;

export interface JudgedRound {
  readonly evidence: RoundEvidence;
  /** Canonical (RFC 8785) text of the evidence: what is stored, and named by its digest. */
  readonly bytes: Uint8Array;
  readonly screened: ScreenedCohort;
}

/**
 * Members that count are measured and judged first, among themselves. Then each member in quarantine is judged as if it
 * alone were added to them: it is held against the cohort, and moves no number by which the cohort is held.
 */
export async function judgeRound(means: JudgingMeans, state: State, run: ScreeningRun): Promise<JudgedRound> {
  const bench = await Bench.of(means, state, run);
  const counted = inOrder(receivedOf(run.phase.seats));
  const shadows = inOrder(receivedOf(run.phase.shadow));
  const measures = await bench.measure(counted);
  const audit = await bench.audit(counted);
  const screened = screenCohort(bench.input(counted, measures, audit));
  const beside = await judgeShadows(bench, counted, shadows);
  const all: ScreenedCohort = {
    judged: inOrder([...screened.judged, ...beside.judged]),
    points: inOrder([...screened.points, ...beside.points]),
    medianNorm: screened.medianNorm,
  };
  const evidence = evidenceOf(run, bench.federation, {
    received: [...counted, ...shadows],
    measures,
    audit,
    beside,
    all,
  });
  return { evidence, bytes: Buffer.from(canonicalize(evidence) ?? '', 'utf8'), screened: all };
}

interface Beside {
  readonly shadow: RoundEvidence['shadow'];
  readonly judged: ScreenedCohort['judged'];
  readonly points: ScreenedCohort['points'];
}

async function judgeShadows(
  bench: Bench,
  counted: readonly Received[],
  shadows: readonly Received[],
): Promise<Beside> {
  if (shadows.length === 0) return { shadow: undefined, judged: [], points: [] };
  const measures = await bench.measure(inOrder([...counted, ...shadows]));
  const audits: { member: string; audit: AuditMeasures }[] = [];
  const judged: ScreenedCohort['judged'][number][] = [];
  const points: ScreenedCohort['points'][number][] = [];
  for (const shadow of shadows) {
    const { member } = shadow;
    const cohort = inOrder([...counted, shadow]);
    const audit = await bench.audit(cohort);
    if (audit) audits.push({ member, audit });
    const around = restrictMeasures(measures, new Set(cohort.map((one) => one.member)));
    const screened = screenCohort(bench.input(cohort, around, audit));
    judged.push(...screened.judged.filter((one) => one.member === member));
    points.push(...screened.points.filter((one) => one.member === member));
  }
  return { shadow: { measures, audits }, judged, points };
}

/** One round's base, references and policy, against which its updates are held. */
class Bench {
  readonly federation: Federation;
  readonly #means: JudgingMeans;
  readonly #state: State;
  readonly #run: ScreeningRun;
  readonly #base: BlobLocation;
  readonly #previous: BlobLocation | undefined;
  readonly #asked: readonly string[];
  readonly #isGradient: boolean;
  readonly #isAudited: boolean;

  private constructor(
    means: JudgingMeans,
    state: State,
    run: ScreeningRun,
    base: BlobLocation,
    previous: BlobLocation | undefined,
  ) {
    this.federation = foundedFederation(state);
    this.#means = means;
    this.#state = state;
    this.#run = run;
    this.#base = base;
    this.#previous = previous;
    this.#asked = everyoneAsked(state);
    const step = familyOf(this.federation).steps.find(({ kind }) => kind === run.phase.round.step);
    this.#isGradient = step?.combineBy === 'federation-rule';
    this.#isAudited = step?.audited === true;
  }

  static async of(means: JudgingMeans, state: State, run: ScreeningRun): Promise<Bench> {
    const { base } = run.phase.round;
    const previous = await locateIfAny(means.blobs, previousCombined(state, run));
    return new Bench(means, state, run, await means.blobs.locate(base), previous);
  }

  async measure(received: readonly Received[]): Promise<CohortMeasures> {
    const { blobs, compute, canaryFile } = this.#means;
    return compute.measure({
      federation: this.federation,
      step: this.#run.phase.round.step,
      base: this.#base,
      updates: await Promise.all(
        received.map(async ({ member, update }) => ({ member, update: await blobs.locate(update) })),
      ),
      previous: this.#previous,
      canaryFile,
      members: this.#asked,
    });
  }

  async audit(received: readonly Received[]): Promise<AuditMeasures | undefined> {
    const { blobs, compute, canaryFile } = this.#means;
    if (!this.#isAudited || canaryFile === undefined) return undefined;
    return compute.audit({
      federation: this.federation,
      step: this.#run.phase.round.step,
      base: this.#base,
      contributions: await weigh(this.#state, this.federation, blobs, received, this.#run.phase.round),
      canaryFile,
      members: this.#asked,
    });
  }

  input(
    received: readonly Received[],
    measures: CohortMeasures,
    audit: AuditMeasures | undefined,
  ): CohortInput {
    const { round, step } = this.#run.phase.round;
    return {
      round,
      step,
      gradients: this.#isGradient,
      updates: received.map(updateOf),
      measures,
      audit,
      trails: new Map(received.map(({ member }) => [member, trailOf(this.#state, member)])),
      checks: this.federation.checks,
      size: policyForSize(received.length, this.federation.checks.outliers),
    };
  }
}

/** In this round or before: who joins while it is screened changes nothing, then or when it is computed again. */
function everyoneAsked({ rounds }: State): string[] {
  return [...new Set(rounds.flatMap(({ cohort, shadow }) => [...cohort, ...shadow]))].sort();
}

function updateOf({ member, update, samples, norm, header }: Received): CohortUpdate {
  return { member, update, samples, norm, metrics: verifyUpdateHeader(header).metrics };
}

function evidenceOf(
  { run, phase: { round } }: ScreeningRun,
  { checks }: Federation,
  found: {
    readonly received: readonly Received[];
    readonly measures: CohortMeasures;
    readonly audit: AuditMeasures | undefined;
    readonly beside: Beside;
    readonly all: ScreenedCohort;
  },
): RoundEvidence {
  const { received, measures, audit, beside, all } = found;
  const updates = new Map(received.map(({ member, update }) => [member, update]));
  return {
    type: 'vedette-evidence-v1',
    software: SOFTWARE,
    run,
    round: round.round,
    attempt: round.attempt,
    step: round.step,
    base: round.base,
    size: policyForSize(measures.members.length, checks.outliers),
    checks,
    measures,
    audit: audit ?? null,
    ...(beside.shadow ? { shadow: beside.shadow } : {}),
    judged: all.judged.map(({ member, verdict }) => ({ member, update: updates.get(member) ?? '', verdict })),
  };
}
