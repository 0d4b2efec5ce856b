import type { Attack } from './attack.ts';
import { addScaled, atLength, plus, scaled } from './vectors.ts';

/** What a round keeps of its weight with each that follows, as in the detectors' trails. */
const MEMORY = 0.95;
/** Of the honest length: so much of another honest update that no two senders are copies. */
const DISGUISE = 0.3;

/** Two of ten who push against what one member was after all along make it stand against the rest, not themselves. */
export const framing: Attack = {
  name: 'framing',
  formula:
    'x = −m + 0.3 gⱼ at the length of honest updates, m the faded mean (0.95) of one honest member’s updates, j another for each',
  source: 'found against this project’s own check of opposition along a trail',
  against: 'gradients',
  send: async ({ honest, attackers, length, memory }) => {
    const framed = scaled(memory.get('framed') ?? [], MEMORY);
    const sum = framed.length > 0 ? framed : new Float64Array(honest[0]?.length ?? 0);
    addScaled(sum, honest[0] ?? [], 1);
    memory.set('framed', sum);
    return Array.from({ length: attackers }, (_, at) => {
      const other = honest[1 + (at % (honest.length - 1))] ?? [];
      return atLength(plus(atLength(sum, -length), atLength(other, DISGUISE * length)), length);
    });
  },
};
