import type { Random } from '../../../shared/learning/random.ts';
import type { Attack, RoundView } from './attack.ts';
import { atLength } from './vectors.ts';

/** Independent N(0, 1) elements. */
export function gaussianNoise(elements: number, random: Random): Float64Array {
  return Float64Array.from({ length: elements }, () => random.normal());
}

function noises(view: RoundView): Float64Array[] {
  const elements = view.honest[0]?.length ?? 0;
  return Array.from({ length: view.attackers }, () => gaussianNoise(elements, view.random));
}

export const gaussian: Attack = {
  name: 'gaussian',
  formula: 'x ~ N(0, I)',
  source: 'Blanchard et al., Machine Learning with Adversaries, NeurIPS 2017',
  against: 'any',
  send: async (view) => noises(view),
};

export const gaussianAtLength: Attack = {
  name: 'gaussian-at-length',
  formula: 'x = ℓ z / ‖z‖, z ~ N(0, I), ℓ the length of honest updates',
  source: 'as gaussian, at a length that no gate on norms can tell',
  against: 'gradients',
  send: async (view) => noises(view).map((noise) => atLength(noise, view.length)),
};
