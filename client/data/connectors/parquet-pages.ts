/**
 * Walks the page headers of a row group before anything is decoded. The decoder trusts the sizes it finds there: a
 * damaged one would send it round in circles, or have it allocate what no page holds.
 */
import type { AsyncBuffer, RowGroup } from 'hyparquet';
import { parquetHeader } from 'hyparquet/src/column.js';

type ColumnChunk = RowGroup['columns'][number];

/** Room for one page header; with long minimum and maximum texts in its statistics they reach some KiB. */
const HEADER_BYTES = 64 * 1024;

/** Throws when the pages of a flat column do not follow each other, overrun, or hold another number of values. */
export async function walkPages(
  file: AsyncBuffer,
  group: RowGroup,
  columns: readonly string[],
  pageBytes: number,
): Promise<void> {
  for (const chunk of group.columns) {
    const path = chunk.meta_data?.path_in_schema ?? [];
    if (path.length === 1 && columns.includes(path[0] ?? ''))
      await walkChunk(file, chunk, Number(group.num_rows), pageBytes);
  }
}

async function walkChunk(
  file: AsyncBuffer,
  chunk: ColumnChunk,
  rows: number,
  pageBytes: number,
): Promise<void> {
  const meta = chunk.meta_data;
  if (!meta) throw new Error('a column chunk without metadata');
  let offset = Number(meta.dictionary_page_offset || meta.data_page_offset);
  const end = offset + Number(meta.total_compressed_size);
  if (!(offset >= 0 && end <= file.byteLength)) throw new Error('a column chunk lies outside the file');
  let values = 0;
  while (offset < end) {
    const reader = {
      view: new DataView(await file.slice(offset, Math.min(end, offset + HEADER_BYTES))),
      offset: 0,
    };
    const header = parquetHeader(reader);
    const packed = countOf(header.compressed_page_size, end - offset - reader.offset);
    countOf(header.uncompressed_page_size, pageBytes);
    countOf(header.dictionary_page_header?.num_values ?? 0, pageBytes);
    values += countOf(
      header.data_page_header?.num_values ?? header.data_page_header_v2?.num_values ?? 0,
      rows,
    );
    offset += reader.offset + packed;
  }
  if (values !== rows) throw new Error(`a column holds ${values} values for ${rows} rows`);
}

/** A count read from the file, if it is one and within its bound. */
function countOf(value: unknown, bound: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= bound) return value;
  throw new Error(`a page header gives ${String(value)} where at most ${bound} is possible`);
}
