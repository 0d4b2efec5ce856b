/** The blobs of one simulation: named by digest as everywhere, kept for as long as a round needs them. */
import { createHash } from 'node:crypto';
import { encode } from '../../shared/tensors/safetensors.ts';
import type { TensorSet } from '../../shared/tensors/tensor.ts';
import type { BlobLocation } from '../ports/blobs.ts';

export class BlobsAtHand {
  readonly #bytes = new Map<string, Uint8Array>();

  put(set: TensorSet): { digest: string; bytes: Uint8Array } {
    const bytes = encode(set);
    const digest = createHash('sha256').update(bytes).digest('hex');
    this.#bytes.set(digest, bytes);
    return { digest, bytes };
  }

  async locate(digest: string): Promise<BlobLocation> {
    const bytes = this.#bytes.get(digest);
    if (bytes === undefined) throw new RangeError(`no blob ${digest} at hand`);
    return { bytes };
  }

  /** Forgets everything but these. */
  keep(digests: readonly (string | undefined)[]): void {
    for (const digest of this.#bytes.keys()) if (!digests.includes(digest)) this.#bytes.delete(digest);
  }
}
