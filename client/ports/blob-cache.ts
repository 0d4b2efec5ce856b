import type { OnBytes } from './coordinator.ts';

/** Downloaded blobs by digest: fetched once, checked always, forgotten oldest first. */
export interface BlobCache {
  /** The bytes, from memory, from disk or from the coordinator. Refuses `digest_mismatch` and what the download refuses. */
  fetch(digest: string, signal: AbortSignal, onBytes?: OnBytes): Promise<Uint8Array>;
}
