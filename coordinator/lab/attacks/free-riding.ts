import { type Attack, everyone } from './attack.ts';
import { gaussianNoise } from './gaussian.ts';
import { atLength, plus } from './vectors.ts';

/** Length of the noise on a replay, as a share of an honest update. */
const NOISE = 0.1;
const SOURCE = 'Lin et al., Free-riders in Federated Learning: Attacks and Defenses, 2019 (arXiv 1911.12560)';

export const freeRidingZero: Attack = {
  name: 'free-riding-zero',
  formula: 'x = 0',
  source: SOURCE,
  against: 'any',
  send: async (view) => everyone(view, new Float64Array(view.honest[0]?.length ?? 0)),
};

export const freeRidingReplay: Attack = {
  name: 'free-riding-replay',
  formula:
    'x = the aggregate of the round before at the length of honest updates, and a tenth of it as noise',
  source: SOURCE,
  against: 'gradients',
  send: async (view) => {
    const { previous } = view;
    if (previous === undefined) return view.own();
    return Array.from({ length: view.attackers }, () => {
      const noise = atLength(gaussianNoise(previous.length, view.random), NOISE * view.length);
      return atLength(plus(atLength(previous, view.length), noise), view.length);
    });
  },
};
