import { describe, expect, it } from 'vitest';
import { Random } from '../../shared/learning/random.ts';

/** xoshiro128** written as in its source, on 32-bit integers held in BigInt: shares no code with the one tested. */
function reference(state: bigint[], count: number): number[] {
  const mask = 0xffffffffn;
  const rotl = (x: bigint, k: bigint) => ((x << k) | (x >> (32n - k))) & mask;
  return Array.from({ length: count }, () => {
    const [s0 = 0n, s1 = 0n, s2 = 0n, s3 = 0n] = state;
    const result = (rotl((s1 * 5n) & mask, 7n) * 9n) & mask;
    const t = (s1 << 9n) & mask;
    let [n2, n3, n1, n0] = [s2 ^ s0, s3 ^ s1, s1, s0];
    n1 ^= n2;
    n0 ^= n3;
    n2 ^= t;
    n3 = rotl(n3, 11n);
    state.splice(0, 4, n0, n1, n2, n3);
    return Number(result);
  });
}

describe('seeded random numbers', () => {
  it('are xoshiro128** from the state in SHA-256 of label and seed', async () => {
    const { createHash } = await import('node:crypto');
    const digest = createHash('sha256').update('label\n42').digest();
    const state = [0, 4, 8, 12].map((at) => BigInt(digest.readUInt32LE(at)));
    const random = new Random('label', 42);
    expect(Array.from({ length: 1000 }, () => random.uint32())).toEqual(reference(state, 1000));
  });

  it('are the same for the same label and seed and differ otherwise', () => {
    const draw = (label: string, seed: number) => new Random(label, seed).uint32();
    expect(draw('a', 1)).toBe(draw('a', 1));
    expect(new Set([draw('a', 1), draw('b', 1), draw('a', 2)]).size).toBe(3);
  });

  it('have the mean and spread they should', () => {
    const random = new Random('moments', 7);
    const normals = Array.from({ length: 50_000 }, () => random.normal());
    const mean = normals.reduce((sum, value) => sum + value, 0) / normals.length;
    const variance = normals.reduce((sum, value) => sum + (value - mean) ** 2, 0) / normals.length;
    expect(Math.abs(mean)).toBeLessThan(0.02);
    expect(Math.abs(variance - 1)).toBeLessThan(0.03);
    const fair = Array.from({ length: 50_000 }, () => random.below(10));
    expect(new Set(fair).size).toBe(10);
    expect(Math.max(...fair)).toBe(9);
  });
});
