/** Content-addressed bytes: model weights, updates, provenance. Named by lower-case hex SHA-256. */

/** Where a worker thread can read a blob by itself. */
export type BlobLocation = { readonly path: string } | { readonly bytes: Uint8Array };

/** An upload in progress, durable byte by byte, owned by one member. The newest handle of an (owner, digest) supersedes older ones. */
export interface StagedUpload {
  readonly digest: string;
  /** Announced size in bytes. */
  readonly size: number;
  /** Bytes that survive a crash or a cut; the next chunk starts here. */
  readonly durableBytes: number;
  /** Appends at `durableBytes`; refuses `upload_superseded`, `chunk_invalid`, `blob_too_large`, `disk_full`. */
  append(offset: number, chunk: Uint8Array): Promise<void>;
  /** Verifies size and digest, then makes the blob durable under its name. Refuses `digest_mismatch` and discards the bytes. */
  finish(): Promise<void>;
  /** Flushes what was received and lets go. Idempotent. */
  close(): Promise<void>;
}

/**
 * Contract (`test/contracts/blobs.ts`): `put` and `finish` are durable at return; what is there already is free to
 * put again; a blob's bytes never change; reads of an unknown digest refuse with `blob_missing`.
 */
export interface Blobs {
  put(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }>;
  /** Takes over a finished file on the same volume (moved, not copied). */
  adopt(path: string): Promise<{ digest: string; size: number }>;
  /** A path on the blobs' own volume where a worker may write a file for `adopt`. */
  scratch(name: string): string;
  size(digest: string): Promise<number | undefined>;
  read(digest: string, offset?: number): AsyncIterable<Uint8Array>;
  /** The whole blob; for small ones. */
  bytes(digest: string): Promise<Uint8Array>;
  locate(digest: string): Promise<BlobLocation>;
  stage(owner: string, digest: string, size: number): Promise<StagedUpload>;
  /** Durable bytes of a staged or finished upload. */
  progress(owner: string, digest: string): Promise<{ durableBytes: number; complete: boolean }>;
}
