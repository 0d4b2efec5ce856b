import type { Attack } from './attack.ts';
import { atLength, plus } from './vectors.ts';

/**
 * A detector of one class has no labels to flip. What flipping them would mean: known anomalies are called normal and
 * normals anomalous, so that the error falls on the anomalies the attacker holds and rises on its own normals.
 */
export const labelFlip: Attack = {
  name: 'label-flip',
  formula: 'x = ℓ d / ‖d‖, d = g(known anomalies) / ‖·‖ − g(own normals) / ‖·‖',
  source:
    'Tolpegin et al., Data Poisoning Attacks Against Federated Learning Systems, ESORICS 2020, for one class',
  against: 'gradients',
  send: async (view) => {
    const own = await view.own();
    return Promise.all(
      own.map(async (normals, attacker) => {
        const anomalies = await view.trainOn(attacker, view.loot.incidents);
        return atLength(plus(atLength(anomalies, 1), atLength(normals, 1), -1), view.length);
      }),
    );
  },
};
