import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** What a journal entry says of itself, before its leaf is known. */
export interface LeafContent {
  readonly index: number;
  /** ISO 8601, UTC, milliseconds. */
  readonly at: string;
  readonly type: string;
  /** Plain JSON. */
  readonly data: unknown;
  /** Leaf of the entry before; `FIRST_PREVIOUS` for the first. */
  readonly previous: string;
}

/** `previous` of the first entry. */
export const FIRST_PREVIOUS = '0'.repeat(64);

const LEAF_PREFIX = Buffer.of(0x00);

/**
 * Hex SHA-256(0x00 ‖ RFC 8785 canonical entry): at once the hash chain's link and the RFC 6962 leaf.
 * Throws when `data` is not JSON (a NaN, an infinity, a cycle, a lone surrogate).
 */
export function leafHash({ index, at, type, data, previous }: LeafContent): string {
  const canonical = canonicalize({ index, at, type, data, previous }) ?? '';
  return createHash('sha256').update(LEAF_PREFIX).update(canonical, 'utf8').digest('hex');
}
