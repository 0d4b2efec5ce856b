import type { Attack } from './attack.ts';
import { halfAndHalf } from './poisoning.ts';
import { scaled, type Vector } from './vectors.ts';

const FACTOR = -10;

/** What one of n members sends so that the mean, applied with rate η, moves the model by `towards`: (n / η) (X − G). */
export function replacement(towards: Vector, n: number, eta: number): Float64Array {
  return scaled(towards, n / eta);
}

export const scaling: Attack = {
  name: 'scaling',
  formula: 'x = γ gᵢ, γ = −10',
  source: 'Blanchard et al., Machine Learning with Adversaries, NeurIPS 2017',
  against: 'any',
  send: async (view) => (await view.own()).map((own) => scaled(own, FACTOR)),
};

/** (n / k) times the step towards the model that the attackers’ poisoned rows lead to. */
export const boostedPoisoning: Attack = {
  name: 'boosted-poisoning',
  formula: 'x = (n / k) gᵢ, gᵢ trained on half own rows, half rows of the family',
  source: 'Bagdasaryan et al., How To Backdoor Federated Learning, AISTATS 2020 (model replacement)',
  against: 'any',
  hides: true,
  rows: halfAndHalf,
  send: async (view) => {
    const n = view.honest.length + view.attackers;
    return (await view.own()).map((own) => replacement(own, n, view.attackers));
  },
};
