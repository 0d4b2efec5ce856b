/** Blobs to and from the coordinator, taken up where a cut left them. */
import { createHash } from 'node:crypto';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../../../shared/durable-file.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { Connection } from '../../../shared/wire/connection.ts';
import { checkDigest } from '../../../shared/wire/digest.ts';
import type { GetChunk } from '../../../shared/wire/generated/vedette/v1/GetChunk.ts';
import type { PutChunkInput } from '../../../shared/wire/generated/vedette/v1/PutChunk.ts';
import type { StatReply } from '../../../shared/wire/generated/vedette/v1/StatReply.ts';
import { CHUNK_BYTES, STALL_MS } from '../../../shared/wire/limits.ts';
import type { OutgoingStream } from '../../../shared/wire/paced-stream.ts';
import { TRANSFER } from '../../../shared/wire/protocol.ts';
import { isRetryable, pause, waitBeforeRetryMs } from '../../../shared/wire/retry.ts';
import { withoutStall } from '../../../shared/wire/stall.ts';

export interface TransferOptions {
  /** Bytes moved so far, of all. */
  readonly onProgress?: (doneBytes: number, ofBytes: number) => void;
  readonly signal?: AbortSignal;
  /** How long to go on without a single byte of progress. Default 10 minutes. */
  readonly patienceMs?: number;
}

export interface DownloadOptions extends TransferOptions {
  /** Refuses `blob_too_large` before the first byte when the blob is larger. */
  readonly maxBytes?: number;
}

const DEFAULT_PATIENCE_MS = 600_000;
/** A blob that arrives damaged is sent again from byte 0 this often, then given up. */
const MAX_DAMAGED = 2;

/**
 * Uploads until the coordinator has the whole blob durably, through any number of cuts.
 *
 * @param source path of a file, or the bytes
 */
export async function upload(
  connection: Connection,
  digest: string,
  source: string | Uint8Array,
  options: TransferOptions = {},
): Promise<void> {
  checkDigest(digest);
  const blob = await openSource(source);
  try {
    const trials = new Trials(options);
    // A blob of one chunk is not worth asking first how much of it is there.
    let durable: StatReply = { durableBytes: 0, complete: false };
    let known = blob.size <= CHUNK_BYTES;
    while (!durable.complete) {
      try {
        if (!known) durable = await connection.unary(TRANSFER.Stat, { digest }, signalOf(options));
        known = false;
        trials.reached(durable.durableBytes);
        if (!durable.complete)
          durable = await putFrom(connection, digest, blob, durable.durableBytes, options);
      } catch (error) {
        await trials.failed(error);
      }
    }
    options.onProgress?.(blob.size, blob.size);
  } finally {
    await blob.close();
  }
}

/** Downloads into `target`, resuming from `target.part`; the file appears only whole, verified, and with mode 0600. */
export async function download(
  connection: Connection,
  digest: string,
  target: string,
  options: DownloadOptions = {},
): Promise<void> {
  checkDigest(digest);
  const partPath = `${target}.part`;
  const trials = new Trials(options);
  const part = await open(partPath, 'a+', 0o600);
  try {
    for (let whole = false; !whole; ) {
      try {
        const { size } = await part.stat();
        trials.reached(size);
        await getFrom(connection, digest, part, size, options);
        whole = (await digestOf(part)) === digest;
        if (!whole) {
          await part.truncate(0);
          throw new Refusal('digest_mismatch', `the bytes downloaded are not those of ${digest}`, { digest });
        }
      } catch (error) {
        // What is there is of another blob, and longer: it cannot be continued.
        if (error instanceof Refusal && error.code === 'chunk_invalid') await part.truncate(0);
        await trials.failed(error);
      }
    }
    await part.sync();
  } finally {
    await part.close();
  }
  await rename(partPath, target);
  await syncFolder(dirname(target));
}

/** Downloads a small blob into memory. Refuses `blob_too_large` above `maxBytes`. */
export async function downloadBytes(
  connection: Connection,
  digest: string,
  options: DownloadOptions & { readonly maxBytes: number },
): Promise<Uint8Array> {
  checkDigest(digest);
  const trials = new Trials(options);
  const parts: Uint8Array[] = [];
  let at = 0;
  while (true) {
    try {
      for await (const data of dataFrom(connection, digest, at, options)) {
        parts.push(data);
        at += data.length;
        trials.reached(at);
      }
      const bytes = Buffer.concat(parts);
      if (createHash('sha256').update(bytes).digest('hex') === digest) return bytes;
      parts.length = at = 0;
      throw new Refusal('digest_mismatch', `the bytes downloaded are not those of ${digest}`, { digest });
    } catch (error) {
      await trials.failed(error);
    }
  }
}

/** Bytes by position: a file or a buffer. */
interface Source {
  readonly size: number;
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

async function openSource(source: string | Uint8Array): Promise<Source> {
  if (typeof source !== 'string') {
    return {
      size: source.length,
      read: async (offset, length) => source.subarray(offset, offset + length),
      close: async () => {},
    };
  }
  const file = await open(source, 'r');
  const { size } = await file.stat();
  return {
    size,
    read: async (offset, length) => {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, offset);
      return buffer.subarray(0, bytesRead);
    },
    close: () => file.close(),
  };
}

async function putFrom(
  connection: Connection,
  digest: string,
  blob: Source,
  from: number,
  options: TransferOptions,
): Promise<StatReply> {
  const stream: OutgoingStream<PutChunkInput, StatReply> = connection.clientStream(
    TRANSFER.Put,
    signalOf(options),
  );
  try {
    let offset = from;
    do {
      const data = await blob.read(offset, Math.min(CHUNK_BYTES, blob.size - offset));
      if (data.length === 0 && offset < blob.size) {
        throw new Refusal(
          'data_missing',
          `the file became shorter while it was uploaded: ${offset} of ${blob.size} bytes`,
        );
      }
      const name = offset === from ? { digest, size: blob.size } : {};
      await stream.write({ ...name, offset, data });
      offset += data.length;
      options.onProgress?.(offset, blob.size);
    } while (offset < blob.size);
    return await stream.finish();
  } catch (error) {
    stream.cancel();
    throw error;
  }
}

async function getFrom(
  connection: Connection,
  digest: string,
  part: FileHandle,
  from: number,
  options: DownloadOptions,
): Promise<void> {
  for await (const data of dataFrom(connection, digest, from, options)) await part.appendFile(data);
}

/** The bytes from `from` on, in order. Refuses `chunk_invalid` when they do not follow on each other. */
async function* dataFrom(
  connection: Connection,
  digest: string,
  from: number,
  options: DownloadOptions,
): AsyncGenerator<Uint8Array, void> {
  const chunks = connection.serverStream<{ digest: string; offset: number }, GetChunk>(
    TRANSFER.Get,
    { digest, offset: from },
    signalOf(options),
  );
  let at = from;
  let size: number | undefined;
  for await (const chunk of withoutStall(chunks, STALL_MS)) {
    size ??= announced(chunk, options.maxBytes);
    if (chunk.offset !== at || at + chunk.data.length > size) {
      throw new Refusal(
        'chunk_invalid',
        `a chunk at byte ${chunk.offset}, expected at byte ${at} of ${size}`,
      );
    }
    at += chunk.data.length;
    options.onProgress?.(at, size);
    if (chunk.data.length > 0) yield chunk.data;
  }
  if (at !== size)
    throw new Refusal('unavailable', `the download ended at byte ${at} of ${size ?? 'an unknown size'}`);
}

function announced({ size }: GetChunk, maxBytes = Number.MAX_SAFE_INTEGER): number {
  if (size <= maxBytes) return size;
  throw new Refusal('blob_too_large', `a blob of ${size} bytes (bound ${maxBytes})`, {
    size,
    bound: maxBytes,
  });
}

async function digestOf(file: FileHandle): Promise<string> {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
}

function signalOf({ signal }: TransferOptions): { signal?: AbortSignal } {
  return signal ? { signal } : {};
}

/** Decides after each failure whether there is another try, and waits for it. Progress wins back all patience. */
class Trials {
  readonly #signal: AbortSignal | undefined;
  readonly #patienceMs: number;
  #best = 0;
  #attempt = 0;
  #damaged = 0;
  #sinceMs = performance.now();

  constructor({ signal, patienceMs = DEFAULT_PATIENCE_MS }: TransferOptions) {
    this.#signal = signal;
    this.#patienceMs = patienceMs;
  }

  reached(bytes: number): void {
    if (bytes <= this.#best) return;
    this.#best = bytes;
    this.#attempt = 0;
    this.#sinceMs = performance.now();
  }

  /** Throws the error when there is no further try. */
  async failed(error: unknown): Promise<void> {
    this.#signal?.throwIfAborted();
    if (!(error instanceof Refusal) || !this.#worthAnother(error)) throw error;
    if (performance.now() - this.#sinceMs > this.#patienceMs) throw error;
    await pause(waitBeforeRetryMs(this.#attempt, Math.random()), this.#signal);
    this.#attempt += 1;
  }

  #worthAnother(refusal: Refusal): boolean {
    if (isRetryable(refusal)) return true;
    // What an earlier, cut call still had in the pipes may have moved the durable byte in between: ask again.
    if (refusal.code === 'chunk_invalid') return this.#attempt < 5;
    if (refusal.code !== 'digest_mismatch') return false;
    this.#damaged += 1;
    this.#best = 0;
    return this.#damaged < MAX_DAMAGED;
  }
}
