import { Refusal } from '../refusal.ts';

const DIGEST = /^[0-9a-f]{64}$/;

/** Refuses `digest_malformed`. */
export function checkDigest(digest: string): void {
  if (DIGEST.test(digest)) return;
  throw new Refusal(
    'digest_malformed',
    `a digest of ${digest.length} characters, or not lower-case hexadecimal`,
  );
}
