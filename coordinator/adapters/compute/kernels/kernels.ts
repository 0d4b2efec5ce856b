/**
 * The compiled kernels over one memory. They are written in AssemblyScript (`assembly/`), compiled by
 * `npm run generate:kernels`, and use 128-bit SIMD as it is in Node 20: the same bits on every machine.
 */
import { readFileSync } from 'node:fs';

/** Addresses and lengths in bytes, counts in rows and columns; each is described beside its source. */
export interface KernelCalls {
  gram(tile: number, rowBytes: number, filled: number, columns: number, scratch: number, sums: number): void;
  signMasks(column: number, columns: number, masks: number): void;
  profile(row: number, columns: number, masks: number, sketch: number, counts: number): void;
  weightedSum(
    tile: number,
    rowBytes: number,
    rows: number,
    columns: number,
    coefficients: number,
    out: number,
  ): void;
  rowColumns(
    tile: number,
    rowBytes: number,
    rows: number,
    columns: number,
    network: number,
    networkEnd: number,
    window: number,
    first: number,
    keep: number,
    slots: number,
    out: number,
  ): void;
  mixedColumns(
    tile: number,
    rowBytes: number,
    sources: number,
    rows: number,
    columns: number,
    terms: number,
    ends: number,
    network: number,
    networkEnd: number,
    window: number,
    first: number,
    keep: number,
    wide: number,
    slots: number,
    out: number,
  ): void;
}

const PAGE_BYTES = 65_536;
/** Every area starts on a cache line. */
const ALIGNMENT = 64;

/** Columns of a tile are a multiple of this; those beyond the end of a stripe are zeros. */
export const COLUMN_STEP = 64;
/** Bytes of one row of sixteen columns while they are sorted, in float32. */
export const SLOT_BYTES = 64;
/** The same in float64, while they are mixed. */
export const WIDE_BYTES = 128;
/** Bytes of scratch that `gram` needs for each row. */
export const GRAM_ROW_BYTES = 512 * 8 + 64;
/** Rows of zeros that `gram` wants room for after those filled, in its scratch and in its sums. */
export const GRAM_SPARE_ROWS = 3;

/** One memory with the functions that work on it. A pass lays it out anew, so that one pass runs at a time. */
export class Kernels {
  readonly call: KernelCalls;
  readonly #memory: WebAssembly.Memory;

  constructor() {
    this.#memory = new WebAssembly.Memory({ initial: 1 });
    const bytes = readFileSync(new URL('./kernels.wasm', import.meta.url));
    const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), {
      env: { memory: this.#memory },
    });
    this.call = instance.exports as unknown as KernelCalls;
  }

  /** Addresses of areas of these sizes in bytes, one after the other. What was laid out before is given up. */
  layOut<Name extends string>(bytes: Readonly<Record<Name, number>>): Record<Name, number> {
    let end = 0;
    const place = (size: number) => {
      const start = end;
      end += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
      return start;
    };
    const areas = Object.entries<number>(bytes).map(([name, size]) => [name, place(size)] as const);
    const missing = end - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(Math.ceil(missing / PAGE_BYTES));
    return Object.fromEntries(areas) as Record<Name, number>;
  }

  /** Views of the memory, valid until the next layout. */
  floats(address: number, length: number): Float32Array<ArrayBuffer> {
    return new Float32Array(this.#memory.buffer as ArrayBuffer, address, length);
  }

  doubles(address: number, length: number): Float64Array<ArrayBuffer> {
    return new Float64Array(this.#memory.buffer as ArrayBuffer, address, length);
  }

  integers(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#memory.buffer as ArrayBuffer, address, length);
  }
}

let own: Kernels | undefined;

/** The kernels of this thread, loaded when first asked for. */
export function kernels(): Kernels {
  own ??= new Kernels();
  return own;
}
