/** One pass over an update: size, header, layout, finite values, norm, and what the family says of its structure. */
import type { RoundStep, StructureFinding } from '../../../shared/learning/family.ts';
import { Refusal } from '../../../shared/refusal.ts';
import { byteLengthOf, ColumnReader, readTensors } from '../../../shared/tensors/column-reader.ts';
import { fileBytesBound, requireLayout, tensorsOfFlat } from '../../../shared/tensors/safetensors.ts';
import { elementsOf, type Layout } from '../../../shared/tensors/tensor.ts';
import type { Inspection, InspectJob } from '../../ports/compute.ts';

/** Above this the family's structure check is left out: it needs the whole update in memory (64 MiB). */
const STRUCTURE_ELEMENTS = 16 * 1024 * 1024;

/** Elements read at a time. */
const TILE_ELEMENTS = 1024 * 1024;

/** Finds the first thing wrong; refuses only when the base itself cannot be read. */
export function inspectUpdate(job: InspectJob, step: RoundStep): Inspection {
  const layout = step.layout(readTensors(job.base));
  let reader: ColumnReader;
  try {
    requireSize(byteLengthOf(job.update), layout);
    reader = ColumnReader.open(job.update);
  } catch (error) {
    return { norm: 0, elements: 0, finding: findingOf(error) };
  }
  try {
    return inspectValues(reader, layout, job.samples, step);
  } finally {
    reader.close();
  }
}

function inspectValues(reader: ColumnReader, layout: Layout, samples: number, step: RoundStep): Inspection {
  const { elements } = reader.header;
  try {
    requireLayout(reader.header, layout);
    const whole = elements <= STRUCTURE_ELEMENTS ? new Float32Array(elements) : undefined;
    const norm = Math.sqrt(sumOfSquares(reader, layout, whole));
    const finding = whole && step.inspect(tensorsOfFlat(layout, whole), samples);
    return finding === undefined ? { norm, elements } : { norm, elements, finding };
  } catch (error) {
    return { norm: 0, elements, finding: findingOf(error) };
  }
}

function requireSize(bytes: number, layout: Layout): void {
  const bound = fileBytesBound(layout);
  if (bytes > bound)
    throw new Refusal('update_size', `the update has ${bytes} bytes, the bound is ${bound}`, {
      bytes,
      bound,
    });
}

/** In float64, element by element in order. Refuses `update_not_finite`. Fills `whole` when there is one. */
function sumOfSquares(reader: ColumnReader, layout: Layout, whole: Float32Array | undefined): number {
  const { elements } = reader.header;
  const buffer = whole ?? new Float32Array(Math.min(TILE_ELEMENTS, elements));
  let sum = 0;
  for (let from = 0; from < elements; from += TILE_ELEMENTS) {
    const length = Math.min(TILE_ELEMENTS, elements - from);
    const tile = whole === undefined ? buffer.subarray(0, length) : buffer.subarray(from, from + length);
    reader.read(from, tile);
    for (const value of tile) sum += value * value;
    // The square of a finite float32 stays far below the largest float64, so only NaN and infinity get here.
    if (!Number.isFinite(sum)) throw notFinite(tile, from, layout);
  }
  return sum;
}

function notFinite(tile: Float32Array, from: number, layout: Layout): Refusal {
  const offset = tile.findIndex((value) => !Number.isFinite(value));
  let element = from + offset;
  for (const spec of layout) {
    if (element < elementsOf(spec)) {
      const message = `element ${element} of tensor ${spec.name} is ${tile[offset]}, every value must be finite`;
      return new Refusal('update_not_finite', message, { tensor: spec.name, element });
    }
    element -= elementsOf(spec);
  }
  return new Refusal('update_not_finite', 'a value is not finite');
}

/** A refusal is a finding; anything else is a fault of ours and passes. */
function findingOf(error: unknown): StructureFinding {
  if (!(error instanceof Refusal)) throw error;
  return { code: error.code, message: error.message, facts: error.facts };
}
