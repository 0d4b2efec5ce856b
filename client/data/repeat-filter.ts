/**
 * Has this row been seen before? A Bloom filter (Bloom 1970, "Space/time trade-offs in hash coding with allowable
 * errors") of fixed size. It starts afresh after WINDOW_ROWS distinct rows, so memory and error stay bounded however
 * long the file: a repeat is missed only when its twin lies further back than that, and a fresh row is taken for a
 * repeat with probability at most (1 − e^(−PROBES·WINDOW_ROWS/BITS))^PROBES = 0.0024.
 */
const BITS = 2 ** 27;
const PROBES = 4;
export const WINDOW_ROWS = 2 ** 23;

export class RepeatFilter {
  readonly #words = new Uint32Array(BITS / 32);
  #distinct = 0;

  /** Whether an equal row was added in this window; adds it. `row`: any float32 values. */
  seenBefore(row: Float32Array): boolean {
    const [first, step] = hashes(row);
    let seen = true;
    for (let probe = 0; probe < PROBES; probe += 1) {
      // Two hashes give all probes (Kirsch and Mitzenmacher 2006, "Less hashing, same performance").
      const bit = (first + Math.imul(probe, step)) >>> 5;
      const word = bit >>> 5;
      const mask = 1 << (bit & 31);
      const value = this.#words[word] ?? 0;
      if ((value & mask) === 0) {
        seen = false;
        this.#words[word] = value | mask;
      }
    }
    if (!seen) this.#countDistinct();
    return seen;
  }

  #countDistinct(): void {
    this.#distinct += 1;
    if (this.#distinct < WINDOW_ROWS) return;
    this.#words.fill(0);
    this.#distinct = 0;
  }
}

/** Two 32-bit hashes of the row's bit patterns: FNV-1a over words, from two offsets, each finished by an avalanche. */
function hashes(row: Float32Array): [number, number] {
  const words = new Uint32Array(row.buffer, row.byteOffset, row.length);
  let first = 0x811c9dc5;
  let second = 0x9747b28c;
  for (const word of words) {
    first = Math.imul(first ^ word, 0x01000193);
    first ^= first >>> 15;
    second = Math.imul(second ^ word, 0x5bd1e995);
    second ^= second >>> 13;
  }
  return [avalanche(first), avalanche(second) | 1];
}

/** Spreads every input bit over the word, with the finishing constants of MurmurHash3 (Appleby 2011). */
function avalanche(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
