/** What every simulated attack is and says of itself. */
import type { RowBatch } from '../../../shared/learning/family.ts';
import type { Random } from '../../../shared/learning/random.ts';
import type { Vector } from './vectors.ts';

/** What attackers know of the data: the rows of the family they want hidden, and of every other they hold. */
export interface Loot {
  /** Rows of the family to hide. */
  readonly family: RowBatch;
  /** Rows of every family there is. */
  readonly incidents: RowBatch;
  /** The canary rows of the family; only attacks that say so look at them. */
  readonly canaries: RowBatch;
}

export interface RowsInput {
  /** The attacker's own normal rows. */
  readonly own: RowBatch;
  readonly loot: Loot;
  readonly random: Random;
}

/** What the coordinator would make of updates, by the policy under attack. */
export interface Foreseen {
  /** Whether each attacker's update would pass, in the order given. */
  readonly passed: readonly boolean[];
  /** The combined vector; undefined when nothing would be combined. */
  readonly combined: Vector | undefined;
}

/** One round of the step under attack, as omniscient attackers see it: after the honest members, before the coordinator. */
export interface RoundView {
  /** From 0, within the step. */
  readonly round: number;
  readonly gradients: boolean;
  readonly honest: readonly Vector[];
  /** How many attackers there are: as many vectors are sent. */
  readonly attackers: number;
  /** The L2 norm that honest updates have: their median. */
  readonly length: number;
  /** The combined vector of the round before. */
  readonly previous: Vector | undefined;
  readonly random: Random;
  readonly loot: Loot;
  /** Kept from round to round of one run. */
  readonly memory: Map<string, Float64Array>;
  /** What each attacker's own training gives, on the rows that the attack gives it. */
  own(): Promise<readonly Vector[]>;
  /** What one attacker's training gives on other rows. */
  trainOn(attacker: number, rows: RowBatch): Promise<Vector>;
  /** The coordinator's checks and rule, tried on what the attackers would send. */
  foresee(updates: readonly Vector[]): Promise<Foreseen>;
}

export interface Attack {
  readonly name: string;
  /** One line: what is sent or trained on. */
  readonly formula: string;
  readonly source: string;
  /** The kind of model it is an attack on. */
  readonly against: 'any' | 'gradients' | 'sums';
  /** Whether it hides the family named, so that it is run for each of them. */
  readonly hides?: boolean;
  /** Rows to train on in place of its own, in every round. */
  readonly rows?: (input: RowsInput) => RowBatch;
  /** Rows to train on in rounds of statistics before the model's own step. */
  readonly statisticsRows?: (input: RowsInput) => RowBatch;
  /** Samples claimed, of those that entered. */
  readonly claim?: (samples: number) => number;
  /** What is sent in the model's own step, one vector for each attacker. Without it: what was trained. */
  readonly send?: (view: RoundView) => Promise<readonly Vector[]>;
  /** What is reported as the quantile of held-back normals, of what it is. */
  readonly report?: (p99: number) => number;
}

/** Every attacker sends the same. */
export function everyone(view: Pick<RoundView, 'attackers'>, vector: Vector): Vector[] {
  return new Array<Vector>(view.attackers).fill(vector);
}
