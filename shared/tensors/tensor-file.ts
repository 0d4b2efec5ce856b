/** Writes safetensors files piece by piece, durable when finished: for worker threads, where writing may block. */
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { Refusal } from '../refusal.ts';
import { bytesOfFloats } from './float-bytes.ts';
import { encodeHeader, valuesInOrder } from './safetensors.ts';
import { elementsIn, type Layout, type TensorSet } from './tensor.ts';

/** Takes the elements of a flat vector, in order, piece by piece. Refuses `disk_full`. */
export interface TensorSink {
  append(values: Float32Array): void;
}

/** A tensor file being written, from the first element to the last. */
class TensorFileWriter implements TensorSink {
  readonly #path: string;
  readonly #descriptor: number;
  #missingElements: number;

  constructor(path: string, layout: Layout) {
    this.#path = path;
    this.#missingElements = elementsIn(layout);
    this.#descriptor = openSync(path, 'w', 0o600);
  }

  /** Comes first, once. */
  header(layout: Layout): void {
    this.#write(encodeHeader(layout));
  }

  append(values: Float32Array): void {
    this.#missingElements -= values.length;
    this.#write(bytesOfFloats(values));
  }

  /** Makes the file durable. */
  finish(): void {
    if (this.#missingElements !== 0) {
      throw new Error(`${this.#path}: ${this.#missingElements} elements are missing from the layout`);
    }
    guardDisk(this.#path, () => fsyncSync(this.#descriptor));
    closeSync(this.#descriptor);
  }

  /** Gives up and removes what was written. */
  discard(): void {
    closeSync(this.#descriptor);
    rmSync(this.#path, { force: true });
  }

  #write(bytes: Uint8Array): void {
    let written = 0;
    while (written < bytes.length) {
      written += guardDisk(this.#path, () => writeSync(this.#descriptor, bytes, written));
    }
  }
}

/** Runs `fill` on a new file at `path`; durable at return, gone when `fill` throws. */
export function writeTensorFile<T>(path: string, layout: Layout, fill: (writer: TensorSink) => T): T {
  const writer = new TensorFileWriter(path, layout);
  try {
    writer.header(layout);
    const result = fill(writer);
    writer.finish();
    return result;
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** The same for values that come by and by. */
export async function fillTensorFile<T>(
  path: string,
  layout: Layout,
  fill: (writer: TensorSink) => Promise<T>,
): Promise<T> {
  const writer = new TensorFileWriter(path, layout);
  try {
    writer.header(layout);
    const result = await fill(writer);
    writer.finish();
    return result;
  } catch (error) {
    writer.discard();
    throw error;
  }
}

/** Writes a whole set to `path`, durable at return. Refuses `disk_full`. */
export function writeTensors(path: string, set: TensorSet): void {
  const values = valuesInOrder(set);
  writeTensorFile(path, set.layout, (writer) => {
    for (const tensor of values) writer.append(tensor);
  });
}

function guardDisk<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw new Refusal('disk_full', `no space left to write ${path}`, { path });
  }
}
