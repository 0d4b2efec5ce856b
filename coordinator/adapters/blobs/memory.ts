import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { BlobLocation, Blobs, StagedUpload } from '../../ports/blobs.ts';
import { blobMissing, requireDigest, requireOffset } from './digest.ts';
import { READ_BYTES, removeQuietly } from './files.ts';
import { FinishedUpload } from './finished-upload.ts';
import {
  requireComplete,
  requireNextChunk,
  requireSameDigest,
  requireSameSize,
  requireSize,
  superseded,
} from './upload-checks.ts';

/** What has arrived of one upload; kept while no handle holds it, like a part file. */
interface Part {
  chunks: Uint8Array[];
  durableBytes: number;
  holder: MemoryUpload | undefined;
}

/** Blobs that live as long as the process. Only `scratch` touches the disk, for workers that write files. */
export class MemoryBlobs implements Blobs {
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #parts = new Map<string, Part>();
  #scratchFolder: string | undefined;

  async put(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of source instanceof Uint8Array ? [source] : source)
      chunks.push(new Uint8Array(chunk));
    return this.#store(Buffer.concat(chunks));
  }

  async adopt(path: string): Promise<{ digest: string; size: number }> {
    const bytes = await readFile(path);
    await removeQuietly(path);
    return this.#store(bytes);
  }

  scratch(name: string): string {
    this.#scratchFolder ??= mkdtempSync(join(tmpdir(), 'vedette-scratch-'));
    return join(this.#scratchFolder, basename(name));
  }

  async size(digest: string): Promise<number | undefined> {
    requireDigest(digest);
    return this.#blobs.get(digest)?.length;
  }

  async *read(digest: string, offset = 0): AsyncGenerator<Uint8Array> {
    const bytes = this.#bytes(digest);
    requireOffset(digest, offset, bytes.length);
    for (let at = offset; at < bytes.length; at += READ_BYTES) yield bytes.slice(at, at + READ_BYTES);
  }

  async bytes(digest: string): Promise<Uint8Array> {
    return this.#bytes(digest).slice();
  }

  async locate(digest: string): Promise<BlobLocation> {
    return { bytes: await this.bytes(digest) };
  }

  async stage(owner: string, digest: string, size: number): Promise<StagedUpload> {
    requireDigest(digest);
    requireSize(digest, size);
    const stored = this.#blobs.get(digest);
    if (stored !== undefined) {
      requireSameSize(digest, size, stored.length);
      return new FinishedUpload(digest, size);
    }
    const key = partKey(owner, digest);
    const found = this.#parts.get(key);
    const part: Part =
      found === undefined || found.durableBytes > size
        ? { chunks: [], durableBytes: 0, holder: undefined }
        : found;
    if (found !== undefined) found.holder = undefined;
    this.#parts.set(key, part);
    const upload = new MemoryUpload(digest, size, part, (bytes) => {
      this.#parts.delete(key);
      this.#store(bytes);
    });
    part.holder = upload;
    return upload;
  }

  async progress(owner: string, digest: string): Promise<{ durableBytes: number; complete: boolean }> {
    const stored = await this.size(digest);
    if (stored !== undefined) return { durableBytes: stored, complete: true };
    return { durableBytes: this.#parts.get(partKey(owner, digest))?.durableBytes ?? 0, complete: false };
  }

  /** Removes the scratch folder, if there was one. */
  dispose(): void {
    if (this.#scratchFolder !== undefined) rmSync(this.#scratchFolder, { recursive: true, force: true });
    this.#scratchFolder = undefined;
  }

  #bytes(digest: string): Uint8Array {
    requireDigest(digest);
    const bytes = this.#blobs.get(digest);
    if (bytes === undefined) throw blobMissing(digest);
    return bytes;
  }

  #store(bytes: Buffer): { digest: string; size: number } {
    const digest = sha256(bytes);
    // A plain view: slices of a Buffer would share its memory.
    this.#blobs.set(digest, new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    return { digest, size: bytes.length };
  }
}

class MemoryUpload implements StagedUpload {
  readonly digest: string;
  readonly size: number;
  readonly #part: Part;
  readonly #commit: (bytes: Buffer) => void;
  #finished = false;

  constructor(digest: string, size: number, part: Part, commit: (bytes: Buffer) => void) {
    this.digest = digest;
    this.size = size;
    this.#part = part;
    this.#commit = commit;
  }

  get durableBytes(): number {
    return this.#part.durableBytes;
  }

  async append(offset: number, chunk: Uint8Array): Promise<void> {
    this.#requireHeld();
    requireNextChunk(this, offset, chunk.length);
    this.#part.chunks.push(new Uint8Array(chunk));
    this.#part.durableBytes += chunk.length;
  }

  async finish(): Promise<void> {
    if (this.#finished) return;
    this.#requireHeld();
    requireComplete(this);
    const bytes = Buffer.concat(this.#part.chunks);
    try {
      requireSameDigest(this.digest, sha256(bytes));
    } catch (error) {
      this.#part.chunks = [];
      this.#part.durableBytes = 0;
      throw error;
    }
    this.#commit(bytes);
    this.#finished = true;
  }

  async close(): Promise<void> {
    if (this.#part.holder === this) this.#part.holder = undefined;
  }

  #requireHeld(): void {
    if (this.#part.holder !== this) throw superseded(this.digest);
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function partKey(owner: string, digest: string): string {
  return `${digest} ${owner}`;
}
