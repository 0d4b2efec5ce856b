/** Reads columns of a safetensors file without holding the file: for worker threads, where reading may block. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { Refusal } from '../refusal.ts';
import { bytesOfFloats, FLOAT_BYTES } from './float-bytes.ts';
import {
  headerEnd,
  PREFIX_BYTES,
  readHeader,
  SAFETENSORS_LIMITS,
  type SafetensorsHeader,
  tensorsOfFlat,
} from './safetensors.ts';
import type { TensorSet } from './tensor.ts';

/** A safetensors file on disk or in memory. */
export type TensorSource = { readonly path: string } | { readonly bytes: Uint8Array };

interface ByteSource {
  readonly size: number;
  /** Fills `target` with the bytes from `position`; refuses `update_malformed` when the file ends before. */
  fill(target: Uint8Array, position: number): void;
  close(): void;
}

/** An open tensor file whose header was checked. Elements are numbered over the flat vector of its layout. */
export class ColumnReader {
  readonly header: SafetensorsHeader;
  readonly #source: ByteSource;

  private constructor(source: ByteSource, header: SafetensorsHeader) {
    this.#source = source;
    this.header = header;
  }

  /** Refuses `update_malformed`, `update_shape` and `update_dtype`; errors of the file system pass as they are. */
  static open(from: TensorSource, limits = SAFETENSORS_LIMITS): ColumnReader {
    const source = 'path' in from ? fileSource(from.path) : memorySource(from.bytes);
    try {
      const prefix = new Uint8Array(Math.min(PREFIX_BYTES, source.size));
      source.fill(prefix, 0);
      const start = new Uint8Array(headerEnd(prefix, source.size, limits));
      source.fill(start, 0);
      return new ColumnReader(source, readHeader(start, source.size, limits));
    } catch (error) {
      source.close();
      throw error;
    }
  }

  /** Fills `into` with the elements from `from`. The caller stays within `header.elements`. */
  read(from: number, into: Float32Array): void {
    this.#source.fill(bytesOfFloats(into), this.header.dataOffset + from * FLOAT_BYTES);
  }

  close(): void {
    this.#source.close();
  }
}

/** Size of the file, before anything of it is trusted. */
export function byteLengthOf(from: TensorSource): number {
  return 'path' in from ? statSync(from.path).size : from.bytes.length;
}

/** Runs `use` on an open reader and closes it, whatever happens. */
function withReader<T>(from: TensorSource, use: (reader: ColumnReader) => T): T {
  const reader = ColumnReader.open(from);
  try {
    return use(reader);
  } finally {
    reader.close();
  }
}

/** A whole file as tensors. */
export function readTensors(from: TensorSource): TensorSet {
  return withReader(from, (reader) => {
    const flat = new Float32Array(reader.header.elements);
    reader.read(0, flat);
    return tensorsOfFlat(reader.header.layout, flat);
  });
}

function endedEarly(position: number): Refusal {
  return new Refusal('update_malformed', `the file ends before byte ${position}`, { position });
}

function fileSource(path: string): ByteSource {
  const descriptor = openSync(path, 'r');
  return {
    size: fstatSync(descriptor).size,
    fill(target, position) {
      let filled = 0;
      while (filled < target.length) {
        const count = readSync(descriptor, target, filled, target.length - filled, position + filled);
        if (count === 0) throw endedEarly(position + target.length);
        filled += count;
      }
    },
    close: () => closeSync(descriptor),
  };
}

function memorySource(bytes: Uint8Array): ByteSource {
  return {
    size: bytes.length,
    fill(target, position) {
      const part = bytes.subarray(position, position + target.length);
      if (part.length < target.length) throw endedEarly(position + target.length);
      target.set(part);
    },
    close() {},
  };
}
