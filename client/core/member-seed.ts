import { createHash } from 'node:crypto';

/**
 * The 31-bit seed of one member in one round: first 31 bits of SHA-256("<round seed>/<member>"). It depends on
 * nothing else, so a retry after a crash draws the same batches and gives the same bytes.
 */
export function memberSeed(roundSeed: number, member: string): number {
  return createHash('sha256').update(`${roundSeed}/${member}`).digest().readUInt32BE(0) >>> 1;
}
