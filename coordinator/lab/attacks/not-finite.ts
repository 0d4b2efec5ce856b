import type { Attack } from './attack.ts';

export const notFinite: Attack = {
  name: 'not-finite',
  formula: 'x = NaN for every other attacker, +∞ for the rest',
  source: 'Guerraoui et al., ByzFL: Research Framework for Robust Federated Learning, 2025 (Inf)',
  against: 'any',
  send: async ({ honest, attackers }) =>
    Array.from({ length: attackers }, (_, at) =>
      new Float64Array(honest[0]?.length ?? 0).fill(at % 2 === 0 ? Number.NaN : Number.POSITIVE_INFINITY),
    ),
};
