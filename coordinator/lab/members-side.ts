/** The members of a simulation: honest ones train, attackers do what their attack says. */
import type { LocalResult, RoundStep, RowBatch } from '../../shared/learning/family.ts';
import { Random } from '../../shared/learning/random.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import { flatOf } from '../adapters/compute/slopes.ts';
import { medianOf } from '../core/checks/statistics/median.ts';
import type { RoundFacts } from '../core/events.ts';
import { seedFrom } from '../core/round/cohort.ts';
import type { Attack, Foreseen, RoundView, RowsInput } from './attacks/attack.ts';
import { normOf, type Vector } from './attacks/vectors.ts';
import type { Cast } from './cast.ts';
import type { Training } from './training.ts';

/** What a member is about to send. */
export interface Outgoing {
  readonly values: Float32Array;
  readonly samples: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** One round as everybody is told of it. */
export interface OpenRound {
  readonly facts: RoundFacts;
  readonly step: RoundStep;
  /** From 0, within the step. */
  readonly place: number;
  /** Whether it is the step that makes the model. */
  readonly isModelStep: boolean;
  readonly base: TensorSet;
  readonly previous: Float32Array | undefined;
}

export interface Attackers {
  readonly names: readonly string[];
  readonly attack: Attack;
  /** Updates of the honest members, by the order of their names. */
  readonly honest: readonly Outgoing[];
  foresee(outgoing: readonly Outgoing[]): Promise<Foreseen>;
}

export class MembersSide {
  readonly #cast: Cast;
  readonly #training: Training;
  readonly #seed: number;
  readonly #tampered = new Map<string, RowBatch>();
  readonly #memory = new Map<string, Float64Array>();

  constructor(cast: Cast, training: Training, seed: number) {
    this.#cast = cast;
    this.#training = training;
    this.#seed = seed;
  }

  async honest(round: OpenRound, member: string): Promise<Outgoing> {
    return outgoingOf(await this.#train(round, member, this.#ownRows(member)));
  }

  /** What each attacker sends, in the order of their names. */
  async crooked(round: OpenRound, attackers: Attackers): Promise<Outgoing[]> {
    const { names, attack, honest } = attackers;
    const trained = () =>
      Promise.all(names.map((member) => this.#train(round, member, this.#rowsOf(round, member, attack))));
    const claim = attack.claim ?? ((samples: number) => samples);
    if (attack.send === undefined || !round.isModelStep) {
      return (await trained()).map((result) => ({ ...outgoingOf(result), samples: claim(result.samples) }));
    }
    // Whoever makes an update up makes its metrics up too: an honest member's are the least conspicuous.
    const metrics = honest[0]?.metrics ?? {};
    const outgoing = (vector: Vector, at: number): Outgoing => {
      const samples = claim(this.#ownRows(names[at] ?? '').rows);
      return { values: Float32Array.from(vector), samples, metrics };
    };
    const vectors = await attack.send(this.#view(round, attackers, trained, outgoing));
    return Array.from(vectors, outgoing);
  }

  #view(
    round: OpenRound,
    { names, honest, foresee }: Attackers,
    trained: () => Promise<LocalResult[]>,
    outgoing: (vector: Vector, at: number) => Outgoing,
  ): RoundView {
    const vectors = honest.map(({ values }) => values);
    let own: Promise<Vector[]> | undefined;
    const flat = async () => (await trained()).map(({ update }) => flatOf(update));
    return {
      round: round.place,
      gradients: round.step.combineBy === 'federation-rule',
      honest: vectors,
      attackers: names.length,
      length: medianOf(vectors.map(normOf)),
      previous: round.previous,
      random: new Random(`lab attack ${round.facts.round}`, this.#seed),
      loot: this.#cast.loot,
      memory: this.#memory,
      own: () => {
        own ??= flat();
        return own;
      },
      trainOn: async (attacker, rows) => {
        const { update } = await this.#train(round, names[attacker] ?? '', rows);
        return flatOf(update);
      },
      foresee: (updates) => foresee(Array.from(updates, outgoing)),
    };
  }

  #train({ facts, step, base }: OpenRound, member: string, rows: RowBatch): Promise<LocalResult> {
    return this.#training.train(step, rows, base, facts.base, seedFrom(`${facts.seed}/${member}`));
  }

  #ownRows(member: string): RowBatch {
    const known = this.#cast.members.find(({ name }) => name === member);
    if (known === undefined) throw new RangeError(`${member} is not in the cast`);
    return known.train;
  }

  /** Tampered once and then kept: an attacker's rows are the same in every round. */
  #rowsOf({ isModelStep }: OpenRound, member: string, attack: Attack): RowBatch {
    const tamper = isModelStep ? attack.rows : (attack.statisticsRows ?? attack.rows);
    if (tamper === undefined) return this.#ownRows(member);
    const key = `${tamper === attack.rows}/${member}`;
    const known = this.#tampered.get(key) ?? tamper(this.#rowsInput(member));
    this.#tampered.set(key, known);
    return known;
  }

  #rowsInput(member: string): RowsInput {
    const random = new Random(`lab rows of ${member}`, this.#seed);
    return { own: this.#ownRows(member), loot: this.#cast.loot, random };
  }
}

function outgoingOf({ update, samples, metrics }: LocalResult): Outgoing {
  return { values: flatOf(update), samples, metrics };
}
