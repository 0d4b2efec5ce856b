/** The decoding side of parquet.ts: opens the file once, then answers for one row group after the other. */
import { parentPort, workerData } from 'node:worker_threads';
import {
  type AsyncBuffer,
  asyncBufferFromFile,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type RowGroup,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { Refusal } from '../../../shared/refusal.ts';
import { asDataRefusal } from './bytes.ts';
import { type DataRecord, MAX_RECORD_BYTES } from './connector.ts';
import { tooLong } from './lines.ts';
import { walkPages } from './parquet-pages.ts';

/** A row group is decoded whole, so its unpacked size bounds the memory that reading takes. */
const MAX_ROW_GROUP_BYTES = 512 * 1024 * 1024;

export interface ParquetJob {
  readonly path: string;
  readonly wanted: readonly string[];
}

/** Asked: `open`, or the number of a row group from 0. */
export type ParquetRequest = 'open' | number;

export type ParquetReply =
  | { readonly columns: readonly string[]; readonly groups: number }
  | { readonly records: readonly DataRecord[] }
  | { readonly refusal: ReturnType<Refusal['toJSON']> };

interface OpenFile {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: readonly string[];
}

const job = workerData as ParquetJob;
const opened = openFile(job.path);
// Whoever asks first hears of it; without an asker it must not end the thread.
opened.catch(() => undefined);

parentPort?.on('message', (request: ParquetRequest) => {
  answer(request)
    .catch((error: unknown): ParquetReply => ({ refusal: asDataRefusal(error, job.path).toJSON() }))
    .then((reply) => parentPort?.postMessage(reply));
});

async function answer(request: ParquetRequest): Promise<ParquetReply> {
  const { file, metadata, columns } = await opened;
  if (request === 'open') return { columns, groups: metadata.row_groups.length };
  return { records: await decodeGroup(file, metadata, columns, request) };
}

async function openFile(path: string): Promise<OpenFile> {
  const file = await asyncBufferFromFile(path);
  if (file.byteLength === 0) throw new Refusal('data_empty', `${path}: the file is empty`, { path });
  const metadata = await parquetMetadataAsync(file);
  return { file, metadata, columns: parquetSchema(metadata).children.map((child) => child.element.name) };
}

async function decodeGroup(
  file: AsyncBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  index: number,
): Promise<DataRecord[]> {
  const group = metadata.row_groups[index];
  if (!group) return [];
  const present = job.wanted.filter((name) => columns.includes(name));
  boundGroup(index, group, present);
  await walkPages(file, group, present, MAX_ROW_GROUP_BYTES);
  const rowStart = metadata.row_groups
    .slice(0, index)
    .reduce((sum, before) => sum + Number(before.num_rows), 0);
  const rowEnd = rowStart + Number(group.num_rows);
  const objects = await parquetReadObjects({
    file,
    metadata,
    columns: present,
    rowStart,
    rowEnd,
    compressors,
  });
  return objects.map((object, offset) => readRecord(object, rowStart + offset + 1));
}

function boundGroup(index: number, group: RowGroup, present: readonly string[]): void {
  const used = group.columns.filter((chunk) => present.includes(chunk.meta_data?.path_in_schema[0] ?? ''));
  const bytes = used.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_uncompressed_size ?? 0), 0);
  if (bytes <= MAX_ROW_GROUP_BYTES) return;
  throw new Refusal(
    'data_format',
    `${job.path}: row group ${index + 1} unpacks to ${bytes} bytes, bound ${MAX_ROW_GROUP_BYTES}; write the file with smaller row groups`,
    { path: job.path, bytes, boundBytes: MAX_ROW_GROUP_BYTES },
  );
}

function readRecord(object: Record<string, unknown>, row: number): DataRecord {
  const cells = job.wanted.map((name) => cellText(object[name]));
  const characters = cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0);
  if (characters > MAX_RECORD_BYTES) throw tooLong(job.path, row);
  return { line: row, cells };
}

function cellText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (value instanceof Date) return value.toISOString();
  // Nested values have no place in a row of cells: refused as a number, unknown as a category.
  return typeof value === 'object' ? '(nested)' : String(value);
}
