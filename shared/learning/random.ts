import { sha256 } from '@noble/hashes/sha2.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Seeded random numbers, the same on every machine: xoshiro128** 1.1 (Blackman and Vigna 2018,
 * prng.di.unimi.it/xoshiro128starstar.c). The 128-bit state is the head of SHA-256 over label and seed, so that
 * streams with different labels have nothing in common. Not for secrets.
 */
export class Random {
  readonly #state: Uint32Array;
  #spareNormal: number | undefined;

  constructor(label: string, seed: number) {
    const digest = new DataView(sha256(utf8ToBytes(`${label}\n${seed}`)).buffer);
    this.#state = Uint32Array.from([0, 4, 8, 12], (at) => digest.getUint32(at, true));
  }

  /** Uniform over the 32-bit unsigned integers. */
  uint32(): number {
    const state = this.#state;
    const [a = 0, b = 0, c = 0, d = 0] = state;
    const result = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    const third = c ^ a;
    const fourth = d ^ b;
    state[1] = b ^ third;
    state[0] = a ^ fourth;
    state[2] = third ^ shifted;
    state[3] = rotateLeft(fourth, 11);
    return result;
  }

  /** Uniform in (0, 1): never 0, so that its logarithm is finite. */
  uniform(): number {
    return (this.uint32() + 0.5) / 2 ** 32;
  }

  /** Uniform in 0 … bound − 1; the bias of at most bound / 2³² does not matter for picking rows. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Standard normal, by Box and Muller (1958). */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    const radius = Math.sqrt(-2 * Math.log(this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spareNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
