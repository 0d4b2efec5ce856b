import { type Attack, everyone } from './attack.ts';
import { meanOf, scaled, type Vector } from './vectors.ts';

/** −mean of the honest updates. */
export function flippedMean(honest: readonly Vector[]): Float64Array {
  return scaled(meanOf(honest), -1);
}

export const signFlip: Attack = {
  name: 'sign-flip',
  formula: 'x = −gᵢ, the attacker’s own update',
  source: 'Li et al., RSA: Byzantine-Robust Stochastic Aggregation Methods, AAAI 2019',
  against: 'any',
  send: async (view) => (await view.own()).map((own) => scaled(own, -1)),
};

export const signFlipOmniscient: Attack = {
  name: 'sign-flip-omniscient',
  formula: 'x = −μ',
  source: 'Allen-Zhu et al., Byzantine-Resilient Non-Convex Stochastic Gradient Descent, ICLR 2021',
  against: 'any',
  send: async (view) => everyone(view, flippedMean(view.honest)),
};
