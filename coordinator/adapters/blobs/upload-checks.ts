/** What makes an upload's next step acceptable, the same for every blob adapter. */
import { Refusal } from '../../../shared/refusal.ts';

export interface UploadState {
  readonly digest: string;
  readonly size: number;
  readonly durableBytes: number;
}

/** Refuses `chunk_invalid` for a size that no blob can have. */
export function requireSize(digest: string, size: number): void {
  if (Number.isSafeInteger(size) && size >= 0) return;
  throw new Refusal('chunk_invalid', `blob ${digest} was announced with ${size} bytes`, { digest, size });
}

/** Refuses `chunk_invalid` for a gap or an overlap, `blob_too_large` beyond the announced size. */
export function requireNextChunk(upload: UploadState, offset: number, chunkBytes: number): void {
  const { digest, size, durableBytes } = upload;
  if (offset !== durableBytes) {
    throw new Refusal(
      'chunk_invalid',
      `the chunk starts at byte ${offset}; the next byte of ${digest} is ${durableBytes}`,
      {
        digest,
        offset,
        durableBytes,
      },
    );
  }
  if (durableBytes + chunkBytes > size) {
    const sentBytes = durableBytes + chunkBytes;
    throw new Refusal('blob_too_large', `${sentBytes} bytes were sent of ${digest}, announced with ${size}`, {
      digest,
      sentBytes,
      size,
    });
  }
}

/** Refuses `chunk_invalid` while bytes are missing; what has arrived stays. */
export function requireComplete({ digest, size, durableBytes }: UploadState): void {
  if (durableBytes === size) return;
  throw new Refusal('chunk_invalid', `only ${durableBytes} of ${size} bytes of ${digest} have arrived`, {
    digest,
    durableBytes,
    size,
  });
}

/** A blob that is stored under this digest has another size than the one announced: one of the two must be wrong. */
export function requireSameSize(digest: string, announced: number, stored: number): void {
  if (announced === stored) return;
  throw new Refusal('digest_mismatch', `blob ${digest} has ${stored} bytes, announced were ${announced}`, {
    digest,
    announced,
    stored,
  });
}

export function requireSameDigest(announced: string, found: string): void {
  if (announced === found) return;
  throw new Refusal('digest_mismatch', `the bytes hash to ${found}, announced was ${announced}`, {
    announced,
    found,
  });
}

export function superseded(digest: string): Refusal {
  return new Refusal('upload_superseded', `a newer upload of ${digest} by the same owner took over`, {
    digest,
  });
}
