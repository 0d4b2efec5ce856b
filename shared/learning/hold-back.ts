import { createHash } from 'node:crypto';

/**
 * Whether a row is kept out of training: decided by the row's own canonical cells and nothing else, so the
 * same row is held back wherever it lies and a pool splits the same way however it is dealt out.
 *
 * The first 48 bits of SHA-256 are read as a fraction of one; the row is held back when that is below `share`.
 * @param rowKey canonical cells of the row
 * @param share in [0, 1]
 */
export function heldBack(rowKey: Uint8Array | string, share: number): boolean {
  return createHash('sha256').update(rowKey).digest().readUIntBE(0, 6) / 2 ** 48 < share;
}
