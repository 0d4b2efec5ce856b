import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { chmod, type FileHandle, mkdir, open, readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { syncFolder } from '../../../shared/durable-file.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { BlobLocation, Blobs, StagedUpload } from '../../ports/blobs.ts';
import { isErrno, refuseWhenFull } from '../errno.ts';
import { blobMissing, requireDigest, requireOffset } from './digest.ts';
import { DiskUpload } from './disk-upload.ts';
import {
  hashFile,
  PRIVATE_FILE,
  PRIVATE_FOLDER,
  readPieces,
  removeQuietly,
  renameDurably,
  writeWhole,
} from './files.ts';
import { FinishedUpload } from './finished-upload.ts';
import { requireSameSize, requireSize } from './upload-checks.ts';

const SCRATCH_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * Blobs as files: `<folder>/ab/cdef…`, uploads under `<folder>/.staging/<SHA-256 of the owner>/<digest>.part`, files
 * on their way in under `<folder>/.scratch/`. Files are 0600, folders 0700. A blob gets its name only when its bytes
 * are on the device, so a file that has a name is whole. One process at a time uploads into a folder.
 */
export class DiskBlobs implements Blobs {
  readonly folder: string;
  readonly #uploads = new Map<string, DiskUpload>();
  readonly #folders = new Map<string, Promise<void>>();

  /** Opens a folder, made when it is not there, and makes sure that it outlives a loss of power. */
  static async open(folder: string): Promise<DiskBlobs> {
    const blobs = new DiskBlobs(folder);
    for (const made of [dirname(blobs.folder), blobs.folder]) await syncFolder(made);
    return blobs;
  }

  /** Leaves what is in the folder as it is: see `sweepStaging`. */
  constructor(folder: string) {
    this.folder = resolve(folder);
    try {
      mkdirSync(this.#scratchFolder, { recursive: true, mode: PRIVATE_FOLDER });
      mkdirSync(this.#stagingFolder, { recursive: true, mode: PRIVATE_FOLDER });
    } catch (error) {
      throw refuseWhenFull(error, this.folder);
    }
  }

  async put(source: Uint8Array | AsyncIterable<Uint8Array>): Promise<{ digest: string; size: number }> {
    if (source instanceof Uint8Array) {
      const digest = createHash('sha256').update(source).digest('hex');
      if (await this.#isNamed(digest)) return { digest, size: source.length };
    }
    const temporary = this.scratch(`put-${randomUUID()}`);
    return refusing(temporary, async () => {
      try {
        const written = await writePrivately(temporary, source);
        await this.#name(temporary, written.digest);
        return written;
      } finally {
        await removeQuietly(temporary);
      }
    });
  }

  async adopt(path: string): Promise<{ digest: string; size: number }> {
    return refusing(path, async () => {
      const file = await open(path, 'r');
      let found: { digest: string; size: number };
      try {
        const { hash, size } = await hashFile(file);
        found = { digest: hash.digest('hex'), size };
        await file.sync();
      } finally {
        await file.close();
      }
      await chmod(path, PRIVATE_FILE);
      await this.#name(path, found.digest);
      return found;
    });
  }

  scratch(name: string): string {
    if (!SCRATCH_NAME.test(name)) {
      throw new Refusal(
        'internal',
        'a scratch name is letters, digits, dots, hyphens and underscores, at most 200',
        {
          length: name.length,
        },
      );
    }
    return join(this.#scratchFolder, name);
  }

  async size(digest: string): Promise<number | undefined> {
    return sizeOf(this.#path(digest));
  }

  async *read(digest: string, offset = 0): AsyncGenerator<Uint8Array> {
    const file = await this.#open(digest);
    try {
      requireOffset(digest, offset, (await file.stat()).size);
      yield* readPieces(file, offset);
    } finally {
      await file.close();
    }
  }

  async bytes(digest: string): Promise<Uint8Array> {
    try {
      return await readFile(this.#path(digest));
    } catch (error) {
      throw isErrno(error, 'ENOENT') ? blobMissing(digest) : error;
    }
  }

  async locate(digest: string): Promise<BlobLocation> {
    const path = this.#path(digest);
    if (sizeOf(path) === undefined) throw blobMissing(digest);
    return { path };
  }

  async stage(owner: string, digest: string, size: number): Promise<StagedUpload> {
    requireDigest(digest);
    requireSize(digest, size);
    const stored = await this.size(digest);
    if (stored !== undefined) {
      requireSameSize(digest, size, stored);
      return new FinishedUpload(digest, size);
    }
    const part = this.#part(owner, digest);
    const upload: DiskUpload = new DiskUpload({
      digest,
      size,
      part,
      commit: (path) => this.#name(path, digest),
      released: () => {
        if (this.#uploads.get(part) === upload) this.#uploads.delete(part);
      },
    });
    const predecessor = this.#uploads.get(part);
    this.#uploads.set(part, upload);
    try {
      await this.#ensureFolder(this.#ownerFolder(owner));
      await upload.open(predecessor);
    } catch (error) {
      if (this.#uploads.get(part) === upload) this.#uploads.delete(part);
      throw refuseWhenFull(error, part);
    }
    return upload;
  }

  async progress(owner: string, digest: string): Promise<{ durableBytes: number; complete: boolean }> {
    const stored = await this.size(digest);
    if (stored !== undefined) return { durableBytes: stored, complete: true };
    const part = this.#part(owner, digest);
    const upload = this.#uploads.get(part);
    await upload?.idle();
    return { durableBytes: upload?.durableBytes ?? sizeOf(part) ?? 0, complete: false };
  }

  /**
   * Removes what uploads and workers left behind and nobody touched for `olderThanMs`; uploads in progress stay.
   * Returns how many files went.
   */
  async sweepStaging(olderThanMs: number): Promise<number> {
    const owners = await namesIn(this.#stagingFolder);
    const folders = [this.#scratchFolder, ...owners.map((owner) => join(this.#stagingFolder, owner))];
    let removed = 0;
    for (const folder of folders) {
      for (const name of await namesIn(folder)) {
        const path = join(folder, name);
        if (this.#uploads.has(path) || !(await isOlder(path, olderThanMs))) continue;
        await removeQuietly(path);
        removed += 1;
      }
    }
    return removed;
  }

  get #scratchFolder(): string {
    return join(this.folder, '.scratch');
  }

  get #stagingFolder(): string {
    return join(this.folder, '.staging');
  }

  /** The owner's name is hashed: it may hold any character, and a path must not. */
  #ownerFolder(owner: string): string {
    return join(this.#stagingFolder, createHash('sha256').update(owner).digest('hex'));
  }

  #part(owner: string, digest: string): string {
    requireDigest(digest);
    return join(this.#ownerFolder(owner), `${digest}.part`);
  }

  #path(digest: string): string {
    requireDigest(digest);
    return join(this.folder, digest.slice(0, 2), digest.slice(2));
  }

  async #open(digest: string): Promise<FileHandle> {
    try {
      return await open(this.#path(digest), 'r');
    } catch (error) {
      throw isErrno(error, 'ENOENT') ? blobMissing(digest) : error;
    }
  }

  /** Gives a flushed file its final name. Renaming onto the same content again changes nothing that can be seen. */
  async #name(path: string, digest: string): Promise<void> {
    await this.#ensureFolder(join(this.folder, digest.slice(0, 2)));
    await renameDurably(path, this.#path(digest));
  }

  /** Whether there is such a blob, its name durable: another `put` may have renamed but not synced yet. */
  async #isNamed(digest: string): Promise<boolean> {
    const path = this.#path(digest);
    if (sizeOf(path) === undefined) return false;
    await syncFolder(dirname(path));
    return true;
  }

  /** Makes a folder, durable at return, at most once per process. */
  #ensureFolder(folder: string): Promise<void> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const made = makeFolder(folder);
    this.#folders.set(folder, made);
    made.catch(() => this.#folders.delete(folder));
    return made;
  }
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_FOLDER });
  await syncFolder(dirname(folder));
}

async function writePrivately(
  path: string,
  source: Uint8Array | AsyncIterable<Uint8Array>,
): Promise<{ digest: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', PRIVATE_FILE);
  try {
    for await (const bytes of source instanceof Uint8Array ? [source] : source) {
      await writeWhole(file, bytes, size);
      hash.update(bytes);
      size += bytes.length;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { digest: hash.digest('hex'), size };
}

async function refusing<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw refuseWhenFull(error, path);
  }
}

/** Asked several times for each update, mostly of what is not there: a look at the inode beats a thread and an error. */
function sizeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.size;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

async function isOlder(path: string, ageMs: number): Promise<boolean> {
  try {
    return (await stat(path)).mtimeMs <= Date.now() - ageMs;
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return false;
    throw error;
  }
}
