import { Refusal } from '../../../shared/refusal.ts';

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** Refuses `digest_malformed`. Everything that becomes part of a path goes through here first. */
export function requireDigest(digest: string): void {
  if (SHA256_HEX.test(digest)) return;
  throw new Refusal(
    'digest_malformed',
    `a digest of ${digest.length} characters is not 64 lower-case hexadecimal ones`,
    {
      length: digest.length,
    },
  );
}

export function blobMissing(digest: string): Refusal {
  return new Refusal('blob_missing', `there is no blob ${digest}`, { digest });
}

/** Refuses `chunk_invalid` for a read that starts behind the end of a blob. */
export function requireOffset(digest: string, offset: number, size: number): void {
  if (Number.isSafeInteger(offset) && offset >= 0 && offset <= size) return;
  throw new Refusal('chunk_invalid', `offset ${offset} lies outside blob ${digest} of ${size} bytes`, {
    digest,
    offset,
    size,
  });
}
