/** One federation run in one process: the coordinator's own code, simulated members, and attackers among them. */
import type { ModelFamily } from '../../shared/learning/family.ts';
import { Refusal } from '../../shared/refusal.ts';
import { tensorsOfFlat } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { openRound, type State } from '../core/state.ts';
import type { Attack, Foreseen } from './attacks/attack.ts';
import { BenchCompute } from './bench-compute.ts';
import { BlobsAtHand } from './blobs-at-hand.ts';
import type { Cast } from './cast.ts';
import { Consortium } from './consortium.ts';
import { CoordinatorSide, type Submission } from './coordinator-side.ts';
import { MembersSide, type OpenRound, type Outgoing } from './members-side.ts';
import type { LabPolicy } from './policies.ts';
import { countUpdate, newTally, type Tally } from './tally.ts';
import type { Training } from './training.ts';
import { whyNoModel } from './why-no-model.ts';

export interface SimulationInput {
  readonly policy: LabPolicy;
  readonly family: ModelFamily;
  readonly cast: Cast;
  readonly attack: Attack | undefined;
  readonly seed: number;
  readonly training: Training;
}

export interface SimulationResult {
  readonly state: State;
  /** The base after the last round; undefined when the run ended before. */
  readonly base: TensorSet | undefined;
  /** Why the run ended before; undefined when it did not. */
  readonly failure: string | undefined;
  readonly tally: Tally;
  /** Members whose updates entered the last round: they report thresholds. */
  readonly contributors: readonly string[];
}

/** Refuses what combining and applying refuse, e.g. `rule_breakdown` and `sums_inconsistent`, naming the round. */
export async function simulate(input: SimulationInput): Promise<SimulationResult> {
  const simulation = new Simulation(input);
  while (simulation.goesOn) {
    const before = simulation.entries;
    try {
      await simulation.round();
    } catch (error) {
      throw simulation.placed(error);
    }
    if (simulation.entries === before)
      throw new Error('a simulated round came to nothing: nothing was decided');
  }
  return simulation.result();
}

class Simulation {
  readonly #input: SimulationInput;
  readonly #blobs = new BlobsAtHand();
  readonly #tally = newTally();
  readonly #members: MembersSide;
  readonly #coordinator: CoordinatorSide;
  readonly #compute: BenchCompute;
  #state: State;
  #base: TensorSet;
  #server: TensorSet | undefined;
  #previous: Float32Array | undefined;
  #contributors: readonly string[] = [];
  #failure: string | undefined;

  constructor(input: SimulationInput) {
    const { policy, family, cast, seed, training } = input;
    const names = cast.members.map(({ name }) => name);
    const consortium = new Consortium(policy.federation, names);
    this.#input = input;
    this.#compute = new BenchCompute(family, cast.canaries);
    this.#members = new MembersSide(cast, training, seed);
    this.#coordinator = new CoordinatorSide({
      consortium,
      compute: this.#compute,
      blobs: this.#blobs,
      policy,
    });
    this.#base = family.start();
    this.#state = consortium.found(family, this.#begin());
  }

  /** The digest of the base that every run starts from. */
  #begin(): string {
    this.#base = this.#input.family.start();
    return this.#blobs.put(this.#base).digest;
  }

  #hasBegunAgain({ facts }: OpenRound): boolean {
    return this.#state.run?.roundsDone === 0 && facts.base !== this.#state.run.base;
  }

  get goesOn(): boolean {
    const phase = this.#state.run?.phase.phase;
    return phase !== undefined && phase !== 'assembling';
  }

  /** Entries that a journal would have. */
  get entries(): number {
    return this.#state.size;
  }

  /** A refusal with the round it came in. */
  placed(error: unknown): unknown {
    const last = this.#state.rounds.at(-1);
    if (!(error instanceof Refusal) || error.code === 'internal' || last === undefined) return error;
    return new Refusal(error.code, `round ${last.round} (${last.step}): ${error.message}`, error.facts);
  }

  result(): SimulationResult {
    return {
      state: this.#state,
      base: this.#state.run?.phase.phase === 'assembling' ? this.#base : undefined,
      failure: this.#failure,
      tally: this.#tally,
      contributors: this.#contributors,
    };
  }

  /** One attempt at one round: opened, trained, sent, screened, combined. */
  async round(): Promise<void> {
    const { state, events } = this.#coordinator.openRound(this.#state, this.#base);
    this.#state = state;
    const failed = events.find((event) => event.type === 'run_failed');
    if (failed !== undefined) this.#failure = whyNoModel(state, this.#tally, failed.data.reason);
    const phase = openRound(this.#state);
    if (phase === undefined) return;
    const round = this.#openRound(phase.round);
    const { cohort, shadow = [] } = phase.round;
    const seated = [...cohort, ...shadow].sort();
    const submissions = await this.#collect(round, seated);
    const taken = this.#coordinator.take(this.#state, round.facts, submissions);
    this.#state = await this.#coordinator.screen(taken);
    if (this.#hasBegunAgain(round)) this.#begin();
    await this.#combine(round);
    this.#count(round, seated);
  }

  #openRound(facts: OpenRound['facts']): OpenRound {
    const { steps } = this.#input.family;
    const at = this.#state.run?.at ?? { step: 0, done: 0 };
    const step = this.#compute.step(facts.step);
    return {
      facts,
      step,
      place: at.done,
      isModelStep: step === steps.at(-1),
      base: this.#base,
      previous: at.done === 0 ? undefined : this.#previous,
    };
  }

  async #collect(round: OpenRound, seated: readonly string[]): Promise<Submission[]> {
    const { cast, attack } = this.#input;
    const isCrooked = (member: string) => attack !== undefined && cast.attackers.has(member);
    const names = seated.filter(isCrooked);
    const honest: Outgoing[] = [];
    const submissions: Submission[] = [];
    for (const member of seated.filter((one) => !isCrooked(one))) {
      const outgoing = await this.#members.honest(round, member);
      honest.push(outgoing);
      submissions.push(await this.#submission(round, member, outgoing));
    }
    if (attack === undefined || names.length === 0) return submissions;
    const foresee = (outgoing: readonly Outgoing[]) => this.#foresee(round, submissions, names, outgoing);
    const sent = await this.#members.crooked(round, { names, attack, honest, foresee });
    return [...submissions, ...(await this.#submissions(round, names, sent))];
  }

  async #submissions(
    round: OpenRound,
    names: readonly string[],
    outgoing: readonly Outgoing[],
  ): Promise<Submission[]> {
    return Promise.all(outgoing.map((one, at) => this.#submission(round, names[at] ?? '', one)));
  }

  #submission(round: OpenRound, member: string, outgoing: Outgoing): Promise<Submission> {
    const layout = round.step.layout(round.base);
    return this.#coordinator.submission(round.facts, member, { ...outgoing, layout });
  }

  /** The round played to its end on the side: nothing of it stays. */
  async #foresee(
    round: OpenRound,
    honest: readonly Submission[],
    names: readonly string[],
    outgoing: readonly Outgoing[],
  ): Promise<Foreseen> {
    const submissions = [...honest, ...(await this.#submissions(round, names, outgoing))];
    const taken = this.#coordinator.take(this.#state, round.facts, submissions);
    const screened = await this.#coordinator.screen(taken);
    const combination = await this.#coordinator.combine(screened);
    return {
      passed: names.map((member) => codeOf(screened, round, member) === undefined),
      combined: combination?.values,
    };
  }

  async #combine(round: OpenRound): Promise<void> {
    const combination = await this.#coordinator.combine(this.#state);
    if (combination === undefined) return;
    const { values, samples, contributions } = combination;
    const combined = tensorsOfFlat(round.step.layout(this.#base), values);
    const isFirst = round.place === 0;
    const server = isFirst ? undefined : this.#server;
    const next = round.step.apply({ base: this.#base, combined, samples, server });
    this.#base = next.base;
    this.#server = next.server;
    this.#previous = values;
    this.#contributors = contributions.map(({ member }) => member);
    const digests = { combined: this.#blobs.put(combined).digest, base: this.#blobs.put(next.base).digest };
    this.#state = this.#coordinator.record(this.#state, combination, digests);
    this.#blobs.keep(Object.values(digests));
  }

  #count(round: OpenRound, seated: readonly string[]): void {
    const { cast, attack } = this.#input;
    const { model, statistics } = this.#tally;
    const last = this.#state.rounds.at(-1);
    for (const member of seated) {
      const party = attack !== undefined && cast.attackers.has(member) ? 'attackers' : 'honest';
      const code = codeOf(this.#state, round, member);
      // Where a round came to nothing, nobody's update entered, and no honest one was kept out for it.
      const entered =
        last?.outcome === 'aggregated' ? this.#contributors.includes(member) : code === undefined;
      const fate = { code, entered };
      countUpdate(this.#tally, round.isModelStep ? model : statistics, party, fate);
    }
  }
}

/** The code a member's update of this round was refused with, in quarantine too; undefined when it passed. */
function codeOf({ lastJudged }: State, { facts }: OpenRound, member: string): string | undefined {
  const judged = lastJudged.get(member);
  if (judged?.round !== facts.round || judged.attempt !== facts.attempt) return undefined;
  const { decision, code } = judged.verdict;
  return decision === 'reject' || decision === 'quarantine' ? code : undefined;
}
