import type { Attack } from './attack.ts';
import { atLength, meanOf, plus, squaredDistance } from './vectors.ts';

/** Length of the push, as a share of how far an honest update lies from the mean. */
const PUSH = 0.3;

export const slowDrift: Attack = {
  name: 'slow-drift',
  formula:
    'x = gᵢ + c u at the length of honest updates, u = −μ₁ / ‖μ₁‖ for good, c = 0.3 of the honest spread',
  source: 'after the slow accumulating attack of arXiv 2404.06230',
  against: 'gradients',
  send: async (view) => {
    const mean = meanOf(view.honest);
    const direction = view.memory.get('direction') ?? atLength(mean, -1);
    view.memory.set('direction', direction);
    const spread = Math.sqrt(
      view.honest.reduce((sum, update) => sum + squaredDistance(update, mean), 0) / view.honest.length,
    );
    return (await view.own()).map((own) => atLength(plus(own, direction, PUSH * spread), view.length));
  },
};
