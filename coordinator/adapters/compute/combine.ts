/** Combines update files by columns: memory is one tile, however many updates there are and however long they are. */
import type { RuleSpec } from '../../../shared/federation/schema.ts';
import { ColumnReader } from '../../../shared/tensors/column-reader.ts';
import { FLOAT_BYTES } from '../../../shared/tensors/float-bytes.ts';
import { requireLayout } from '../../../shared/tensors/safetensors.ts';
import { elementsIn, type Layout } from '../../../shared/tensors/tensor.ts';
import { type TensorSink, writeTensorFile } from '../../../shared/tensors/tensor-file.ts';
import { combinerOf } from '../../core/aggregators/registry.ts';
import type { CombineTile } from '../../core/aggregators/rule.ts';
import type { AggregateJob } from '../../ports/compute.ts';

/** Columns held at a time over all updates, in bytes. Changes speed and memory, never the result. */
export const TILE_BYTES = 16 * 1024 * 1024;

export interface CombineInput {
  readonly contributions: AggregateJob['contributions'];
  readonly rule: RuleSpec;
  readonly layout: Layout;
  /** Path of the combined file. */
  readonly out: string;
  readonly tileBytes?: number;
}

/** Writes the combined vector, durable at return. Refuses `rule_breakdown`, `update_shape`, `disk_full`. */
export function combineFiles({ contributions, rule, layout, out, tileBytes = TILE_BYTES }: CombineInput): {
  norm: number;
} {
  const combine = combinerOf(
    rule,
    contributions.map(({ weight }) => weight),
  );
  const readers: ColumnReader[] = [];
  try {
    for (const { update } of contributions) {
      const reader = ColumnReader.open(update);
      readers.push(reader);
      requireLayout(reader.header, layout);
    }
    const columns = Math.max(1, Math.floor(tileBytes / (FLOAT_BYTES * readers.length)));
    return writeTensorFile(out, layout, (sink) =>
      combineColumns(readers, combine, elementsIn(layout), columns, sink),
    );
  } finally {
    for (const reader of readers) reader.close();
  }
}

function combineColumns(
  readers: readonly ColumnReader[],
  combine: CombineTile,
  elements: number,
  columns: number,
  sink: TensorSink,
): { norm: number } {
  const width = Math.min(columns, elements);
  const rows = readers.map(() => new Float32Array(width));
  const result = new Float32Array(width);
  let squares = 0;
  for (let from = 0; from < elements; from += width) {
    const length = Math.min(width, elements - from);
    const tile = rows.map((row) => row.subarray(0, length));
    const out = result.subarray(0, length);
    tile.forEach((row, index) => {
      readers[index]?.read(from, row);
    });
    combine(tile, out);
    for (const value of out) squares += value * value;
    sink.append(out);
  }
  return { norm: Math.sqrt(squares) };
}
