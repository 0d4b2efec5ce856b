/**
 * The Merkle tree of RFC 6962 section 2.1 over leaf hashes that are already made. Every complete subtree is kept
 * (two hashes a leaf, 64 bytes), so appending costs amortised one hash and a proof O(log n).
 */
import { createHash } from 'node:crypto';

export const HASH_BYTES = 32;
const NODE_PREFIX = Buffer.of(0x01);
/** SHA-256 of nothing: the root of the empty tree. */
export const EMPTY_ROOT = createHash('sha256').digest('hex');

/** SHA-256(0x01 ‖ left ‖ right). */
export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash('sha256').update(NODE_PREFIX).update(left).update(right).digest();
}

/** Equal-sized hashes one after the other, in memory that doubles. */
class HashColumn {
  #bytes = Buffer.alloc(HASH_BYTES * 16);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  at(position: number): Buffer {
    return this.#bytes.subarray(position * HASH_BYTES, (position + 1) * HASH_BYTES);
  }

  push(hash: Uint8Array): void {
    const end = this.#count * HASH_BYTES;
    if (end === this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes], end * 2);
    this.#bytes.set(hash, end);
    this.#count++;
  }
}

export class MerkleTree {
  /** `#levels[h]` holds the roots of the complete subtrees of 2^h leaves, from the left. */
  readonly #levels: HashColumn[] = [];

  get size(): number {
    return this.#levels[0]?.count ?? 0;
  }

  /** @param leaf hex of 32 bytes */
  append(leaf: string): void {
    let hash = hashFromHex(leaf);
    for (let height = 0; ; height++) {
      const level = this.#level(height);
      level.push(hash);
      if (level.count % 2 === 1) return;
      hash = nodeHash(level.at(level.count - 2), hash);
    }
  }

  leaf(index: number): string {
    requireRange(0, index, this.size - 1);
    return this.#level(0).at(index).toString('hex');
  }

  /** Hex root of the first `size` leaves: MTH(D[size]) of RFC 6962. */
  root(size = this.size): string {
    requireRange(0, size, this.size);
    return size === 0 ? EMPTY_ROOT : this.#rangeRoot(0, size).toString('hex');
  }

  /** PATH(index, D[size]) of RFC 6962 section 2.1.1, from the leaf upwards; hex. */
  inclusionProof(index: number, size = this.size): string[] {
    requireRange(1, size, this.size);
    requireRange(0, index, size - 1);
    const path: string[] = [];
    let [start, end] = [0, size];
    while (end - start > 1) {
      const middle = start + splitOf(end - start);
      if (index < middle) {
        path.push(this.#rangeRoot(middle, end).toString('hex'));
        end = middle;
      } else {
        path.push(this.#rangeRoot(start, middle).toString('hex'));
        start = middle;
      }
    }
    return path.reverse();
  }

  /** PROOF(from, D[to]) of RFC 6962 section 2.1.2; hex. Empty when `from` is 0 or equals `to`. */
  consistencyProof(from: number, to = this.size): string[] {
    requireRange(0, to, this.size);
    requireRange(0, from, to);
    if (from === 0 || from === to) return [];
    const path: string[] = [];
    let [start, end] = [0, to];
    while (end !== from) {
      const middle = start + splitOf(end - start);
      if (from <= middle) {
        path.push(this.#rangeRoot(middle, end).toString('hex'));
        end = middle;
      } else {
        path.push(this.#rangeRoot(start, middle).toString('hex'));
        start = middle;
      }
    }
    // The subtree left over ends the old tree. Where it is the whole old tree its root is known to whoever verifies.
    if (start > 0) path.push(this.#rangeRoot(start, end).toString('hex'));
    return path.reverse();
  }

  #level(height: number): HashColumn {
    const level = this.#levels[height] ?? new HashColumn();
    this.#levels[height] = level;
    return level;
  }

  /** MTH of leaves [start, end), where start is a multiple of the power of two that covers the range. */
  #rangeRoot(start: number, end: number): Buffer {
    const count = end - start;
    const height = Math.ceil(Math.log2(count));
    if (count === 2 ** height) return this.#level(height).at(start / count);
    const middle = start + splitOf(count);
    return nodeHash(this.#rangeRoot(start, middle), this.#rangeRoot(middle, end));
  }
}

/** The largest power of two smaller than `count`. */
function splitOf(count: number): number {
  return 2 ** (Math.ceil(Math.log2(count)) - 1);
}

function hashFromHex(hex: string): Buffer {
  if (!/^[0-9a-f]{64}$/.test(hex)) throw new RangeError('a leaf is 64 lower-case hexadecimal characters');
  return Buffer.from(hex, 'hex');
}

function requireRange(low: number, value: number, high: number): void {
  if (!Number.isInteger(value) || value < low || value > high) {
    throw new RangeError(`position ${value} outside ${low}..${high} of the log`);
  }
}
