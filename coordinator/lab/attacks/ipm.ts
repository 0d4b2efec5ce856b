/** Inner product manipulation: the aggregate turned against the honest mean. */
import { deviationCaused } from './alie.ts';
import { type Attack, everyone } from './attack.ts';
import { type LineSearch, strongest } from './line-search.ts';
import { meanOf, scaled, type Vector } from './vectors.ts';

const SOURCE =
  'Xie et al., Fall of Empires: Breaking Byzantine-tolerant SGD by Inner Product Manipulation, UAI 2020';
const SEARCH: LineSearch = { evaluations: 8, start: 0, delta: 0.5, ratio: 0.8 };

/** −ε μ */
export function againstMean(honest: readonly Vector[], epsilon: number): Float64Array {
  return scaled(meanOf(honest), -epsilon);
}

function given(epsilon: number): Attack {
  return {
    name: `ipm-${epsilon}`,
    formula: `x = −${epsilon} μ`,
    source: SOURCE,
    against: 'gradients',
    send: async (view) => everyone(view, againstMean(view.honest, epsilon)),
  };
}

const searched: Attack = {
  name: 'ipm-search',
  formula: 'x = −ε μ, ε by a line search for the largest ‖aggregate − μ‖ under the policy',
  source: `${SOURCE}; search: Allouah et al., Fixing by Mixing, AISTATS 2023`,
  against: 'gradients',
  send: async (view) => {
    const epsilon = await strongest(
      (trial) => deviationCaused(view, againstMean(view.honest, trial)),
      SEARCH,
    );
    return everyone(view, againstMean(view.honest, epsilon));
  },
};

export const IPM: readonly Attack[] = [given(0.1), given(0.5), given(1), given(10), searched];
