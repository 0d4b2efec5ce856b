import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../../shared/durable-file.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { StagedUpload } from '../../ports/blobs.ts';
import { isErrno, refuseWhenFull } from '../errno.ts';
import { hashFile, PRIVATE_FILE, removeQuietly, writeWhole } from './files.ts';
import { requireComplete, requireNextChunk, requireSameDigest, superseded } from './upload-checks.ts';

/** Bytes written between two flushes to the device. */
const FLUSH_BYTES = 8 << 20;

export interface DiskUploadPlan {
  readonly digest: string;
  /** Announced size in bytes. */
  readonly size: number;
  /** The part file; its folder exists. */
  readonly part: string;
  /** Moves the verified, flushed part file into the store. */
  readonly commit: (part: string) => Promise<void>;
  /** Told when this handle is done with its file. */
  readonly released: () => void;
}

interface OpenPart {
  readonly file: FileHandle;
  hash: Hash;
}

/**
 * An upload into a part file.
 *
 * What `append` acknowledged survives the death of the process at once. It survives the loss of power when `close` or
 * `finish` returned, and before that up to the last flush, which follows at the latest 16 MiB behind: every 8 MiB
 * one is started, and it is awaited before the next. The digest is computed as bytes arrive; a part file found on
 * opening is hashed again once.
 */
export class DiskUpload implements StagedUpload {
  readonly digest: string;
  readonly size: number;
  readonly #plan: DiskUploadPlan;
  #part: OpenPart | undefined;
  #durableBytes = 0;
  #unflushedBytes = 0;
  #flush: Promise<unknown> = Promise.resolve();
  /** Calls on one handle run one after the other, so that bytes stay in order. */
  #turn: Promise<unknown> = Promise.resolve();
  #superseded = false;
  #finished = false;

  constructor(plan: DiskUploadPlan) {
    this.digest = plan.digest;
    this.size = plan.size;
    this.#plan = plan;
  }

  get durableBytes(): number {
    return this.#durableBytes;
  }

  /** Waits until `predecessor` let go, then takes up what is in the part file. Refuses `upload_superseded`. */
  open(predecessor: DiskUpload | undefined): Promise<void> {
    return this.#inTurn(async () => {
      await predecessor?.supersede();
      if (this.#superseded) throw superseded(this.digest);
      const file = await openPart(this.#plan.part);
      try {
        await this.#takeUp(file);
      } catch (error) {
        await file.close();
        throw error;
      }
    });
  }

  append(offset: number, chunk: Uint8Array): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#superseded) throw superseded(this.digest);
      requireNextChunk(this, offset, chunk.length);
      if (chunk.length > 0) await this.#write(this.#openPart(), chunk);
    });
  }

  finish(): Promise<void> {
    return this.#inTurn(async () => {
      if (this.#finished) return;
      if (this.#superseded) throw superseded(this.digest);
      requireComplete(this);
      await this.#verify(this.#openPart());
      try {
        await this.#letGo();
        await this.#plan.commit(this.#plan.part);
        this.#finished = true;
      } finally {
        this.#plan.released();
      }
    });
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#keep();
      this.#plan.released();
    });
  }

  /** Resolves when the calls made so far are done. */
  async idle(): Promise<void> {
    await this.#turn;
  }

  /** A newer handle takes over: this one flushes, lets go, and refuses whatever comes. */
  supersede(): Promise<void> {
    this.#superseded = true;
    return this.#inTurn(() => this.#keep()).catch(() => {
      // A flush that failed took the part file with it; the newer handle starts from byte 0.
    });
  }

  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(action).catch((error: unknown) => {
      throw refuseWhenFull(error, this.#plan.part);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #takeUp(file: FileHandle): Promise<void> {
    const { hash, size: foundBytes } = await hashFile(file);
    this.#part = { file, hash };
    if (foundBytes > this.size) {
      await this.#discard(this.#part);
      return;
    }
    if (foundBytes > 0) await file.datasync();
    this.#durableBytes = foundBytes;
  }

  async #write(part: OpenPart, chunk: Uint8Array): Promise<void> {
    const hashBefore = part.hash.copy();
    const writing = writeWhole(part.file, chunk, this.#durableBytes);
    // Hashed while a thread of the pool writes.
    part.hash.update(chunk);
    try {
      await writing;
    } catch (error) {
      part.hash = hashBefore;
      await part.file.truncate(this.#durableBytes);
      throw error;
    }
    this.#durableBytes += chunk.length;
    this.#unflushedBytes += chunk.length;
    if (this.#unflushedBytes >= FLUSH_BYTES) await this.#startFlush(part.file);
  }

  async #startFlush(file: FileHandle): Promise<void> {
    await this.#flush;
    this.#unflushedBytes = 0;
    this.#flush = Promise.all([file.datasync(), syncFolder(dirname(this.#plan.part))]);
    this.#flush.catch(() => {
      // Reported to whoever awaits it next: the next flush, `close` or `finish`.
    });
  }

  async #verify(part: OpenPart): Promise<void> {
    try {
      requireSameDigest(this.digest, part.hash.copy().digest('hex'));
    } catch (error) {
      await this.#discard(part);
      throw error;
    }
  }

  async #discard(part: OpenPart): Promise<void> {
    await part.file.truncate(0);
    part.hash = createHash('sha256');
    this.#durableBytes = 0;
  }

  /** Lets go of an unfinished upload so that it can be resumed. */
  async #keep(): Promise<void> {
    if (this.#part === undefined) return;
    await this.#letGo();
    if (this.#durableBytes > 0) await syncFolder(dirname(this.#plan.part));
    else await removeQuietly(this.#plan.part);
  }

  async #letGo(): Promise<void> {
    const part = this.#part;
    if (part === undefined) return;
    this.#part = undefined;
    try {
      await this.#flush;
      await part.file.sync();
    } catch (error) {
      // After a failed flush the kernel may show bytes that the device never got: they must not be resumed.
      this.#durableBytes = 0;
      await removeQuietly(this.#plan.part);
      throw error;
    } finally {
      await part.file.close();
    }
  }

  #openPart(): OpenPart {
    if (this.#part !== undefined) return this.#part;
    throw new Refusal('upload_superseded', `this upload of ${this.digest} was closed`, {
      digest: this.digest,
    });
  }
}

async function openPart(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    return open(path, 'wx+', PRIVATE_FILE);
  }
}
