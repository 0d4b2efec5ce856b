/** Which rows are kept for thresholds and votes: decided by each row alone, so that no split of the rows changes it. */
import { createHash } from 'node:crypto';

/**
 * Whether a row is held back. `rowKey`: the row's canonical bytes; `share`: of all distinct rows, in [0, 1].
 * The first 32 bits of SHA-256(rowKey), read as a fraction, fall below the share.
 */
export function heldBack(rowKey: Uint8Array | string, share: number): boolean {
  return createHash('sha256').update(rowKey).digest().readUInt32BE(0) < share * 2 ** 32;
}
