/** Draws that the generator makes besides numbers. */
import type { Random } from '../../shared/learning/random.ts';

/** True with the given probability. */
export function chance(random: Random, probability: number): boolean {
  return random.uniform() < probability;
}

/** One of the entries, by weight. */
export function choose<T>(random: Random, weighted: readonly (readonly [T, number])[]): T {
  let left = random.uniform() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
  for (const [value, weight] of weighted) {
    left -= weight;
    if (left < 0) return value;
  }
  const last = weighted.at(-1);
  if (!last) throw new RangeError('nothing to choose from');
  return last[0];
}
