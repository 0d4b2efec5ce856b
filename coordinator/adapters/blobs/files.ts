/** Steps on files that blob storage is made of: private modes, whole writes, durable renames. */
import { createHash, type Hash } from 'node:crypto';
import { type FileHandle, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../../shared/durable-file.ts';

export const PRIVATE_FILE = 0o600;
export const PRIVATE_FOLDER = 0o700;
/** Bytes read from a file at a time. */
export const READ_BYTES = 1 << 20;

/** Writes all of `bytes` at `position`; one write call may take less. */
export async function writeWhole(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done);
    done += bytesWritten;
  }
}

/** Yields [from, end of file) in pieces of at most `READ_BYTES`, each in memory of its own. */
export async function* readPieces(file: FileHandle, from = 0): AsyncGenerator<Uint8Array> {
  const { size } = await file.stat();
  let position = from;
  while (position < size) {
    // No larger than what is left: small blobs are the many, and a megabyte for each would be the collector's work.
    const length = Math.min(READ_BYTES, size - position);
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafeSlow(length), 0, length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Hash state over all bytes of the file, and how many there were. */
export async function hashFile(file: FileHandle): Promise<{ hash: Hash; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of readPieces(file)) {
    hash.update(piece);
    size += piece.length;
  }
  return { hash, size };
}

/** Moves a file that is synced already to its final name, and returns once the name is durable too. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await rename(from, to);
  await syncFolder(dirname(to));
}

export async function removeQuietly(path: string): Promise<void> {
  await rm(path, { force: true });
}
