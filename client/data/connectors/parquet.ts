/** Apache Parquet, one row group in memory at a time, only the columns asked for. */
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Refusal } from '../../../shared/refusal.ts';
import { asDataRefusal } from './bytes.ts';
import { type Connector, type DataRecord, MAX_RECORD_BYTES } from './connector.ts';
import { tooLong } from './lines.ts';
import { walkPages } from './parquet-pages.ts';

/** A row group is decoded whole, so its unpacked size bounds the memory that reading takes. */
export const MAX_ROW_GROUP_BYTES = 512 * 1024 * 1024;

interface ParquetOptions {
  readonly path: string;
  readonly wanted: readonly string[];
}

export async function openParquet({ path, wanted }: ParquetOptions): Promise<Connector> {
  const { file, metadata, columns } = await readFooter(path);
  const present = wanted.filter((name) => columns.includes(name));
  return { columns, records: records(file, metadata, path, wanted, present) };
}

async function readFooter(
  path: string,
): Promise<{ file: AsyncBuffer; metadata: FileMetaData; columns: string[] }> {
  try {
    const file = await asyncBufferFromFile(path);
    if (file.byteLength === 0) throw new Refusal('data_empty', `${path}: the file is empty`, { path });
    const metadata = await parquetMetadataAsync(file);
    return { file, metadata, columns: parquetSchema(metadata).children.map((child) => child.element.name) };
  } catch (error) {
    throw asDataRefusal(error, path);
  }
}

async function* records(
  file: AsyncBuffer,
  metadata: FileMetaData,
  path: string,
  wanted: readonly string[],
  present: string[],
): AsyncGenerator<DataRecord[]> {
  let rowStart = 0;
  for (const [index, group] of metadata.row_groups.entries()) {
    const rowEnd = rowStart + Number(group.num_rows);
    boundGroup(index, group.columns, present, path);
    let objects: Record<string, unknown>[];
    try {
      await walkPages(file, group, present, MAX_ROW_GROUP_BYTES);
      objects = await parquetReadObjects({ file, metadata, columns: present, rowStart, rowEnd, compressors });
    } catch (error) {
      throw asDataRefusal(error, path);
    }
    const firstRow = rowStart + 1;
    yield objects.map((object, offset) => readRecord(object, firstRow + offset, wanted, path));
    rowStart = rowEnd;
  }
}

function boundGroup(
  index: number,
  chunks: FileMetaData['row_groups'][number]['columns'],
  present: readonly string[],
  path: string,
): void {
  const used = chunks.filter((chunk) => present.includes(chunk.meta_data?.path_in_schema[0] ?? ''));
  const bytes = used.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_uncompressed_size ?? 0), 0);
  if (bytes <= MAX_ROW_GROUP_BYTES) return;
  throw new Refusal(
    'data_format',
    `${path}: row group ${index + 1} unpacks to ${bytes} bytes, bound ${MAX_ROW_GROUP_BYTES}; write the file with smaller row groups`,
    { path, bytes, boundBytes: MAX_ROW_GROUP_BYTES },
  );
}

function readRecord(
  object: Record<string, unknown>,
  row: number,
  wanted: readonly string[],
  path: string,
): DataRecord {
  const cells = wanted.map((name) => cellText(object[name]));
  const characters = cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
  if (characters > MAX_RECORD_BYTES) throw tooLong(path, row);
  return { line: row, cells };
}

function cellText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Date) return value.toISOString();
  // Nested values have no place in a row of cells; whatever stands here is refused as a number or is an unknown category.
  return typeof value === 'object' ? '(nested)' : String(value);
}
