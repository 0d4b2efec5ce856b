/** Checking proofs against a root, with no tree at hand. Sources: RFC 9162 sections 2.1.3.2 and 2.1.4.2. */
import { EMPTY_ROOT, nodeHash } from './merkle-tree.ts';

const HASH = /^[0-9a-f]{64}$/;
/** A tree of 2^53 leaves has paths of 53 hashes; consistency adds one. */
const MAX_PROOF_HASHES = 54;

/** A place in the log, claimed with its path. Hashes are lower-case hex. */
export interface Inclusion {
  readonly leaf: string;
  readonly index: number;
  /** Size of the tree that `root` is of. */
  readonly size: number;
  readonly root: string;
  readonly path: readonly string[];
}

/** True when the leaf is at that index of the tree of that size and root. Malformed input is simply not a proof. */
export function verifyInclusion({ leaf, index, size, root, path }: Inclusion): boolean {
  if (!isCount(index) || !isCount(size) || index >= size || !areHashes([leaf, root], path)) return false;
  let [position, last] = [index, size - 1];
  let hash = bytes(leaf);
  for (const sibling of path) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      hash = nodeHash(bytes(sibling), hash);
      [position, last] = climbToRightChild(position, last);
    } else {
      hash = nodeHash(hash, bytes(sibling));
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && hash.toString('hex') === root;
}

/** Two heads of one log and the proof that the later only added to the earlier. */
export interface Consistency {
  readonly from: number;
  readonly fromRoot: string;
  readonly to: number;
  readonly toRoot: string;
  readonly path: readonly string[];
}

/** True when the tree of `to` leaves begins with the tree of `from` leaves. */
export function verifyConsistency({ from, fromRoot, to, toRoot, path }: Consistency): boolean {
  if (!isCount(from) || !isCount(to) || from > to || !areHashes([fromRoot, toRoot], path)) return false;
  if (from === to) return path.length === 0 && fromRoot === toRoot;
  if (from === 0) return path.length === 0 && fromRoot === EMPTY_ROOT;
  return climbBoth({ from, fromRoot, to, toRoot, path });
}

function climbBoth({ from, fromRoot, to, toRoot, path }: Consistency): boolean {
  // An old tree that is complete is itself the first node, and is left out of the proof.
  const [first, ...rest] = isPowerOfTwo(from) ? [fromRoot, ...path] : path;
  if (first === undefined) return false;
  let [position, last] = [from - 1, to - 1];
  while (position % 2 === 1) [position, last] = [half(position), half(last)];
  let oldHash = bytes(first);
  let newHash = bytes(first);
  for (const sibling of rest) {
    if (last === 0) return false;
    if (position % 2 === 1 || position === last) {
      oldHash = nodeHash(bytes(sibling), oldHash);
      newHash = nodeHash(bytes(sibling), newHash);
      [position, last] = climbToRightChild(position, last);
    } else {
      newHash = nodeHash(newHash, bytes(sibling));
    }
    position = half(position);
    last = half(last);
  }
  return last === 0 && oldHash.toString('hex') === fromRoot && newHash.toString('hex') === toRoot;
}

/** On the ragged right edge a node may rise several levels before it has a sibling to its left. */
function climbToRightChild(position: number, last: number): [number, number] {
  let [at, end] = [position, last];
  while (at % 2 === 0 && at !== 0) [at, end] = [half(at), half(end)];
  return [at, end];
}

/** Indices may exceed 32 bits, so no bit shifts. */
function half(value: number): number {
  return Math.floor(value / 2);
}

function isPowerOfTwo(value: number): boolean {
  return Number.isInteger(Math.log2(value));
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

function areHashes(ends: readonly string[], path: readonly string[]): boolean {
  return path.length <= MAX_PROOF_HASHES && [...ends, ...path].every((hash) => HASH.test(hash));
}

function bytes(hex: string): Buffer {
  return Buffer.from(hex, 'hex');
}
