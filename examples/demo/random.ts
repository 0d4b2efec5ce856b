/** Seeded randomness for generated data: the same seed and name, the same numbers on every machine. */

export interface Random {
  /** Uniform in [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** True with the given probability. */
  chance(probability: number): boolean;
  /** One of the entries, by weight. */
  choose<T>(weighted: readonly (readonly [T, number])[]): T;
}

/** A stream of its own for each name, so that one file does not depend on the length of another. */
export function randomFor(seed: number, name: string): Random {
  const uniform = mulberry32(hashOf(`${seed}/${name}`));
  return {
    uniform,
    // Box and Muller 1958. 1 − u keeps the logarithm finite.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    chance: (probability) => uniform() < probability,
    choose: (weighted) => {
      let left = uniform() * weighted.reduce((sum, [, weight]) => sum + weight, 0);
      for (const [value, weight] of weighted) {
        left -= weight;
        if (left < 0) return value;
      }
      const [last] = weighted.slice(-1);
      if (!last) throw new RangeError('nothing to choose from');
      return last[0];
    },
  };
}

/** The generator of that name by Tommy Ettinger (2017): 32 bits of state, enough for a demonstration. */
function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** FNV-1a, 32 bits. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
