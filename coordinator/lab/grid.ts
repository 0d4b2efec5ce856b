/** The cells that a grid is made of. */
import { NO_ATTACK } from './attacks/registry.ts';
import { attackOf, type CellPlan } from './cell.ts';
import { NO_POLICY } from './policies.ts';

export interface Grid {
  readonly attacks: readonly string[];
  readonly policies: readonly string[];
  /** Numbers of attackers. */
  readonly attackers: readonly number[];
  readonly seeds: readonly number[];
  /** Kinds of anomaly to hide; attacks that hide none are run for the first alone. */
  readonly families: readonly string[];
}

/**
 * Seed by seed, so that a grid that is stopped has whole seeds. Every policy is run without an attack too, and so is no
 * policy at all: the run that losses are taken against.
 */
export function plansOf({ attacks, policies, attackers, seeds, families }: Grid): CellPlan[] {
  const [first = ''] = families;
  return seeds.flatMap((seed) => {
    const clean = [...new Set([NO_POLICY, ...policies])].map((policy) => ({
      attack: NO_ATTACK,
      policy,
      attackers: 0,
      seed,
      family: first,
    }));
    const attacked = attacks
      .filter((attack) => attack !== NO_ATTACK)
      .flatMap((attack) =>
        (attackOf(attack)?.hides ? families : [first]).flatMap((family) =>
          attackers.flatMap((count) =>
            policies.map((policy) => ({ attack, policy, attackers: count, seed, family })),
          ),
        ),
      );
    return [...clean, ...attacked];
  });
}

/** Names a cell among all of one lab. */
export function keyOf({ attack, policy, attackers, seed, family }: CellPlan): string {
  return JSON.stringify([attack, policy, attackers, seed, family]);
}
