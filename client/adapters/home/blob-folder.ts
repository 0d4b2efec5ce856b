/** Downloaded blobs: small ones in memory, large ones as cache/<digest>, each bounded, the oldest leaving first. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Refusal } from '../../../shared/refusal.ts';
import type { BlobCache } from '../../ports/blob-cache.ts';
import type { Coordinator, OnBytes } from '../../ports/coordinator.ts';
import { writePrivateFile } from './private-file.ts';

/** Up to here a blob is cheaper to fetch again than to write down: rounds that last milliseconds touch no disk. */
const SMALL_BYTES = 8 * 1024 * 1024;
const KEPT_IN_MEMORY = 4;

export class BlobFolder implements BlobCache {
  readonly #folder: string;
  readonly #maxBytes: number;
  readonly #coordinator: Pick<Coordinator, 'download' | 'downloadBytes'>;
  readonly #small = new Map<string, Uint8Array>();
  /** Names in the folder, listed once: a round must not ask the disk for what was never there. */
  #onDisk: Set<string> | undefined;

  constructor(
    folder: string,
    maxBytes: number,
    coordinator: Pick<Coordinator, 'download' | 'downloadBytes'>,
  ) {
    this.#folder = folder;
    this.#maxBytes = maxBytes;
    this.#coordinator = coordinator;
  }

  async fetch(digest: string, signal: AbortSignal, onBytes?: OnBytes): Promise<Uint8Array> {
    const near = this.#small.get(digest) ?? (await this.#fromDisk(digest));
    if (near) return near;
    try {
      const bytes = await this.#coordinator.downloadBytes(digest, SMALL_BYTES, signal, onBytes);
      this.#remember(digest, bytes);
      return bytes;
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'blob_too_large') throw error;
    }
    return await this.#downloadLarge(digest, signal, onBytes);
  }

  async save(digest: string, path: string, signal: AbortSignal, onBytes?: OnBytes): Promise<void> {
    const near = this.#small.get(digest) ?? (await this.#fromDisk(digest));
    if (near) await writePrivateFile(path, near);
    else await this.#coordinator.download(digest, path, signal, onBytes);
  }

  #remember(digest: string, bytes: Uint8Array): void {
    this.#small.set(digest, bytes);
    for (const oldest of this.#small.keys()) {
      if (this.#small.size <= KEPT_IN_MEMORY) return;
      this.#small.delete(oldest);
    }
  }

  async #downloadLarge(digest: string, signal: AbortSignal, onBytes?: OnBytes): Promise<Uint8Array> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const path = join(this.#folder, digest);
    await this.#coordinator.download(digest, path, signal, onBytes);
    this.#onDisk?.add(digest);
    await this.#forgetOldest(digest);
    return await readFile(path);
  }

  /** A damaged file is taken away and counts as absent. */
  async #fromDisk(digest: string): Promise<Uint8Array | undefined> {
    this.#onDisk ??= new Set(await readdir(this.#folder).catch(noFolder));
    if (!this.#onDisk.has(digest)) return undefined;
    const path = join(this.#folder, digest);
    const bytes = await readFile(path);
    if (createHash('sha256').update(bytes).digest('hex') !== digest) {
      await this.#forget(digest);
      return undefined;
    }
    const now = new Date();
    await utimes(path, now, now);
    return bytes;
  }

  /** Brings the folder within its bound; the blob just fetched stays even when it alone exceeds it. */
  async #forgetOldest(fetched: string): Promise<void> {
    const names = (await readdir(this.#folder)).filter((name) => name !== fetched);
    const others = await Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(this.#folder, name));
        return { name, size, mtimeMs };
      }),
    );
    others.sort((a, b) => b.mtimeMs - a.mtimeMs);
    let total = (await stat(join(this.#folder, fetched))).size;
    for (const { name, size } of others) {
      total += size;
      if (total > this.#maxBytes) await this.#forget(name);
    }
  }

  async #forget(name: string): Promise<void> {
    this.#onDisk?.delete(name);
    await rm(join(this.#folder, name), { force: true });
  }
}

function noFolder(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
