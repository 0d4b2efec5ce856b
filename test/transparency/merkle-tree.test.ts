import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verifyConsistency, verifyInclusion } from '../../shared/transparency/merkle-proof.ts';
import { EMPTY_ROOT, MerkleTree } from '../../shared/transparency/merkle-tree.ts';
import { referencePath, referenceProof, referenceRoot } from './reference-tree.ts';

const LEAVES = Array.from({ length: 260 }, (_, i) => createHash('sha256').update(`leaf ${i}`).digest());
const hex = (hashes: readonly Buffer[]) => hashes.map((hash) => hash.toString('hex'));

function treeOf(leaves: readonly Buffer[]): MerkleTree {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.append(leaf.toString('hex'));
  return tree;
}

const tree = treeOf(LEAVES);

/** Two sizes of the log, the first no larger than the second. */
const twoSizes = fc
  .tuple(fc.integer({ min: 1, max: LEAVES.length }), fc.integer({ min: 1, max: LEAVES.length }))
  .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);
const placeInLog = fc
  .integer({ min: 1, max: LEAVES.length })
  .chain((size) => fc.tuple(fc.integer({ min: 0, max: size - 1 }), fc.constant(size)));

const flip = (hash: string) => (hash.startsWith('0') ? '1' : '0') + hash.slice(1);

describe('a Merkle tree', () => {
  it('of nothing has the hash of nothing as its root', () => {
    expect(new MerkleTree().root()).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(EMPTY_ROOT).toBe(new MerkleTree().root());
  });

  // The eight inputs and roots that Certificate Transparency's implementations test against.
  it('has the roots known from Certificate Transparency', () => {
    const inputs = [
      '',
      '00',
      '10',
      '2021',
      '3031',
      '40414243',
      '5051525354555657',
      '606162636465666768696a6b6c6d6e6f',
    ];
    const known = new MerkleTree();
    const roots = inputs.map((input) => {
      known.append(
        createHash('sha256')
          .update(Buffer.from(`00${input}`, 'hex'))
          .digest('hex'),
      );
      return known.root();
    });
    expect(roots).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  it('has the root of the definition at every size, of which it remembers all', () => {
    for (let size = 0; size <= LEAVES.length; size++) {
      expect(tree.root(size)).toBe(referenceRoot(LEAVES.slice(0, size)).toString('hex'));
    }
  });

  it('gives the paths of the definition', () => {
    fc.assert(
      fc.property(placeInLog, ([index, size]) => {
        expect(tree.inclusionProof(index, size)).toEqual(hex(referencePath(index, LEAVES.slice(0, size))));
      }),
    );
    fc.assert(
      fc.property(twoSizes, ([from, to]) => {
        expect(tree.consistencyProof(from, to)).toEqual(hex(referenceProof(from, LEAVES.slice(0, to))));
      }),
    );
  });

  it('refuses a place outside the log and a leaf that is no hash', () => {
    expect(() => tree.inclusionProof(LEAVES.length)).toThrow(RangeError);
    expect(() => tree.inclusionProof(0, LEAVES.length + 1)).toThrow(RangeError);
    expect(() => tree.consistencyProof(3, 2)).toThrow(RangeError);
    expect(() => tree.root(-1)).toThrow(RangeError);
    expect(() => tree.append('AB'.repeat(32))).toThrow(RangeError);
  });

  it('of 100,000 leaves gives paths of 17 hashes that hold', () => {
    const large = new MerkleTree();
    for (let i = 0; i < 100_000; i++) large.append(i.toString(16).padStart(64, '0'));
    const root = large.root();
    for (const index of [0, 1, 65_535, 65_536, 99_998, 99_999]) {
      const path = large.inclusionProof(index);
      expect(path.length).toBeLessThanOrEqual(17);
      expect(verifyInclusion({ leaf: large.leaf(index), index, size: 100_000, root, path })).toBe(true);
    }
  });
});

describe('an inclusion proof', () => {
  it('holds for every leaf at every small size', () => {
    for (let size = 1; size <= 40; size++) {
      for (let index = 0; index < size; index++) {
        const path = tree.inclusionProof(index, size);
        expect(verifyInclusion({ leaf: tree.leaf(index), index, size, root: tree.root(size), path })).toBe(
          true,
        );
      }
    }
  });

  it('fails for another leaf, index, root, or altered, shortened or lengthened path', () => {
    fc.assert(
      fc.property(placeInLog, fc.nat(), fc.nat(LEAVES.length), ([index, size], choice, other) => {
        const path = tree.inclusionProof(index, size);
        const good = { leaf: tree.leaf(index), index, size, root: tree.root(size), path };
        const at = path.length === 0 ? 0 : choice % path.length;
        expect(verifyInclusion({ ...good, leaf: flip(good.leaf) })).toBe(false);
        expect(verifyInclusion({ ...good, root: flip(good.root) })).toBe(false);
        expect(verifyInclusion({ ...good, path: [...path, good.leaf] })).toBe(false);
        if (other !== index) expect(verifyInclusion({ ...good, index: other })).toBe(false);
        if (path.length === 0) return;
        expect(verifyInclusion({ ...good, path: path.toSpliced(at, 1) })).toBe(false);
        expect(verifyInclusion({ ...good, path: path.with(at, flip(path[at] ?? '')) })).toBe(false);
      }),
    );
  });

  it('that is malformed is no proof, and no error', () => {
    const good = {
      leaf: tree.leaf(0),
      index: 0,
      size: 2,
      root: tree.root(2),
      path: tree.inclusionProof(0, 2),
    };
    for (const bad of [
      { ...good, index: -1 },
      { ...good, index: 0.5 },
      { ...good, index: Number.NaN },
      { ...good, size: Number.POSITIVE_INFINITY },
      { ...good, size: 0 },
      { ...good, path: ['zz'] },
      { ...good, root: good.root.toUpperCase() },
      { ...good, path: new Array<string>(1000).fill(good.leaf) },
    ]) {
      expect(verifyInclusion(bad)).toBe(false);
    }
  });

  it('holds at indices beyond 32 bits', () => {
    const sha256 = (...parts: Buffer[]) => createHash('sha256').update(Buffer.concat(parts)).digest();
    const index = 2 ** 40 + 1;
    const path = Array.from({ length: 41 }, (_, i) => createHash('sha256').update(`${i}`).digest());
    const leaf = createHash('sha256').update('leaf').digest();
    const root = path.reduce((hash, sibling, level) => {
      const isRight = Math.floor(index / 2 ** level) % 2 === 1;
      return isRight ? sha256(Buffer.of(1), sibling, hash) : sha256(Buffer.of(1), hash, sibling);
    }, leaf);
    const proof = {
      leaf: leaf.toString('hex'),
      index,
      size: 2 ** 41,
      root: root.toString('hex'),
      path: hex(path),
    };
    expect(verifyInclusion(proof)).toBe(true);
    expect(verifyInclusion({ ...proof, index: index % 2 ** 32 })).toBe(false);
  });
});

describe('a consistency proof', () => {
  const proofOf = (from: number, to: number) => ({
    from,
    fromRoot: tree.root(from),
    to,
    toRoot: tree.root(to),
    path: tree.consistencyProof(from, to),
  });

  it('holds between any two sizes', () => {
    for (let to = 0; to <= 40; to++) {
      for (let from = 0; from <= to; from++) expect(verifyConsistency(proofOf(from, to))).toBe(true);
    }
  });

  it('fails for other roots, sizes or paths', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), fc.nat(LEAVES.length), ([from, to], choice, other) => {
        const good = proofOf(from, to);
        expect(verifyConsistency({ ...good, fromRoot: flip(good.fromRoot) })).toBe(false);
        expect(verifyConsistency({ ...good, toRoot: flip(good.toRoot) })).toBe(false);
        expect(verifyConsistency({ ...good, path: [...good.path, good.toRoot] })).toBe(false);
        if (other !== from) expect(verifyConsistency({ ...good, from: other })).toBe(false);
        if (good.path.length === 0) return;
        const at = choice % good.path.length;
        expect(verifyConsistency({ ...good, path: good.path.toSpliced(at, 1) })).toBe(false);
        expect(verifyConsistency({ ...good, path: good.path.with(at, flip(good.path[at] ?? '')) })).toBe(
          false,
        );
      }),
    );
  });

  it('cannot be made for a log that changed an entry of its past', () => {
    fc.assert(
      fc.property(twoSizes, fc.nat(), ([from, to], choice) => {
        const changed = choice % from;
        const rewritten = treeOf(
          LEAVES.slice(0, to).with(changed, createHash('sha256').update('other').digest()),
        );
        const path = rewritten.consistencyProof(from, to);
        const claim = { from, fromRoot: tree.root(from), to, toRoot: rewritten.root(to), path };
        expect(verifyConsistency(claim)).toBe(false);
      }),
      { numRuns: 50 },
    );
  });

  it('that is malformed is no proof, and no error', () => {
    const good = proofOf(3, 7);
    expect(verifyConsistency({ ...good, from: 8 })).toBe(false);
    expect(verifyConsistency({ ...good, from: -1 })).toBe(false);
    expect(verifyConsistency({ ...good, to: Number.NaN })).toBe(false);
    expect(verifyConsistency({ ...good, path: [] })).toBe(false);
    expect(verifyConsistency({ ...good, path: ['x'] })).toBe(false);
  });
});
