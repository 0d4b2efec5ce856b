/** Rows on disk: float32 in the host's byte order, row-major, nothing else in the file. */
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import type { RowBatch, RowSource } from '../../shared/learning/family.ts';
import { Refusal } from '../../shared/refusal.ts';

const BYTES_PER_VALUE = Float32Array.BYTES_PER_ELEMENT;
const WRITE_VALUES = 256 * 1024;
/** Up to this size a file is held in memory; beyond it, rows are read where they are wanted. */
export const IN_MEMORY_BYTES = 64 * 1024 * 1024;

/** Writes rows to `path`, which appears, complete and durable, only when `finish` returns. */
export class RowFileWriter {
  readonly #path: string;
  readonly #handle: FileHandle;
  readonly #buffer = new Float32Array(WRITE_VALUES);
  #filled = 0;
  #rows = 0;

  private constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  static async create(path: string): Promise<RowFileWriter> {
    return new RowFileWriter(path, await open(partOf(path), 'w', 0o600));
  }

  get rows(): number {
    return this.#rows;
  }

  /** Adds a row; the promise is there only when the buffer had to be written out. */
  add(row: Float32Array): Promise<void> | undefined {
    this.#rows += 1;
    if (this.#filled + row.length <= this.#buffer.length) {
      this.#buffer.set(row, this.#filled);
      this.#filled += row.length;
      return undefined;
    }
    return this.#flush().then(() => {
      this.#buffer.set(row, 0);
      this.#filled = row.length;
    });
  }

  async finish(): Promise<void> {
    await this.#flush();
    await this.#handle.sync();
    await this.#handle.close();
    await rename(partOf(this.#path), this.#path);
  }

  /** Gives up: nothing of it stays. */
  async abandon(): Promise<void> {
    await this.#handle.close();
    await rm(partOf(this.#path), { force: true });
  }

  async #flush(): Promise<void> {
    const bytes = new Uint8Array(this.#buffer.buffer, 0, this.#filled * BYTES_PER_VALUE);
    try {
      for (let written = 0; written < bytes.length; ) {
        written += (await this.#handle.write(bytes, written, bytes.length - written)).bytesWritten;
      }
    } catch (error) {
      throw asDiskRefusal(error, this.#path);
    }
    this.#filled = 0;
  }
}

/** Rows of a file as a `RowSource`. Memory: the file up to 64 MiB, else the batch asked for. */
export class FileRows implements RowSource {
  readonly count: number;
  readonly #width: number;
  readonly #handle: FileHandle;
  readonly #resident: Float32Array | undefined;

  private constructor(handle: FileHandle, width: number, count: number, resident: Float32Array | undefined) {
    this.#handle = handle;
    this.#width = width;
    this.count = count;
    this.#resident = resident;
  }

  /** `width`: values a row. `inMemoryBytes`: the largest file to hold in memory. */
  static async open(path: string, width: number, inMemoryBytes = IN_MEMORY_BYTES): Promise<FileRows> {
    const handle = await open(path, 'r');
    const { size } = await handle.stat();
    const count = Math.floor(size / (width * BYTES_PER_VALUE));
    if (size > inMemoryBytes) return new FileRows(handle, width, count, undefined);
    const resident = new Float32Array(count * width);
    await readFully(handle, resident, 0);
    return new FileRows(handle, width, count, resident);
  }

  async *scan(batchRows: number): AsyncGenerator<RowBatch> {
    for (let first = 0; first < this.count; first += batchRows) {
      const rows = Math.min(batchRows, this.count - first);
      yield { rows, width: this.#width, data: await this.#read(first, rows) };
    }
  }

  async pick(positions: Uint32Array): Promise<RowBatch> {
    const width = this.#width;
    const data = new Float32Array(positions.length * width);
    for (const [place, position] of positions.entries()) {
      if (position >= this.count) throw new RangeError(`row ${position} of ${this.count}`);
      const target = data.subarray(place * width, (place + 1) * width);
      if (this.#resident) target.set(this.#resident.subarray(position * width, (position + 1) * width));
      else await readFully(this.#handle, target, position * width);
    }
    return { rows: positions.length, width, data };
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  async #read(first: number, rows: number): Promise<Float32Array> {
    const start = first * this.#width;
    const end = start + rows * this.#width;
    if (this.#resident) return this.#resident.subarray(start, end);
    const data = new Float32Array(end - start);
    await readFully(this.#handle, data, start);
    return data;
  }
}

/** Fills `values` from the file, starting at its value number `start`. */
async function readFully(handle: FileHandle, values: Float32Array, start: number): Promise<void> {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  for (let read = 0; read < bytes.length; ) {
    const { bytesRead } = await handle.read(bytes, read, bytes.length - read, start * BYTES_PER_VALUE + read);
    if (bytesRead === 0) throw new RangeError(`rows end at byte ${start * BYTES_PER_VALUE + read}`);
    read += bytesRead;
  }
}

/** Names a full volume; any other failure to write goes on as it is. */
export function asDiskRefusal(error: unknown, path: string): unknown {
  const full =
    error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return full ? new Refusal('disk_full', `${path}: no space left on the volume`, { path }) : error;
}

function partOf(path: string): string {
  return `${path}.part`;
}
