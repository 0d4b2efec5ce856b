/** The right connector for a source, by its extension, or for bytes that stream in, by the format that was named. */
import { formatOf, type Source, type StreamedBytes } from '../source.ts';
import { readBytes } from './bytes.ts';
import type { Connector } from './connector.ts';
import { openCsv } from './csv.ts';
import { openNdjson } from './ndjson.ts';
import { openParquet } from './parquet.ts';

/**
 * Opens a source. `wanted`: the columns whose cells are to be read, in that order.
 * Refuses with `data_missing`, `data_format`, `data_empty`; wanted columns that are absent yield undefined cells.
 */
export async function openConnector(
  source: Pick<Source, 'path' | 'header'> & { readonly stream?: StreamedBytes | undefined },
  wanted: readonly string[],
): Promise<Connector> {
  const { path, header, stream } = source;
  switch (stream?.kind ?? formatOf(path).kind) {
    case 'csv':
      return openCsv(stream?.bytes ?? readBytes(path), { path, header, wanted });
    case 'ndjson':
      return openNdjson(stream?.bytes ?? readBytes(path), { path, wanted });
    case 'parquet':
      return openParquet({ path, wanted });
  }
}
