import type { Attack } from './attack.ts';
import { gaussianNoise } from './gaussian.ts';
import { halfAndHalf } from './poisoning.ts';
import { atLength, normOf, plus } from './vectors.ts';

/** Length of what sets identities apart, as a share of an update. */
const APART = 0.05;

export const sybil: Attack = {
  name: 'sybil',
  formula:
    'one update poisoned for the family, sent by every attacker with a twentieth of noise, at its length',
  source: 'Fung et al., The Limitations of Federated Learning in Sybil Settings, RAID 2020',
  against: 'any',
  hides: true,
  rows: halfAndHalf,
  send: async (view) => {
    const [first = []] = await view.own();
    const length = normOf(first);
    return Array.from({ length: view.attackers }, () =>
      atLength(plus(first, atLength(gaussianNoise(first.length, view.random), APART * length)), length),
    );
  },
};
