import type { OnBytes } from './coordinator.ts';

/** Downloaded blobs by digest: fetched once, checked always, forgotten oldest first. */
export interface BlobCache {
  /** The bytes, from memory, from disk or from the coordinator. Refuses `digest_mismatch` and what the download refuses. */
  fetch(digest: string, signal: AbortSignal, onBytes?: OnBytes): Promise<Uint8Array>;
  /** The bytes as a file at `path`: from here where they are at hand, else straight from the coordinator. */
  save(digest: string, path: string, signal: AbortSignal, onBytes?: OnBytes): Promise<void>;
}
