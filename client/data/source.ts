/** Where a site's rows come from, and how they are to be read. */
import { extname } from 'node:path';
import { Refusal } from '../../shared/refusal.ts';

export interface Source {
  readonly path: string;
  /** `false`: the file has no header and its columns are the federation's features, in their order. CSV only. */
  readonly header: boolean;
  /** Only rows whose label is one of `normal` are trained on. Without it every row counts as normal. */
  readonly label?: { readonly column: string; readonly normal: readonly string[] } | undefined;
}

export interface SourceFormat {
  readonly kind: 'csv' | 'ndjson' | 'parquet';
  readonly gzipped: boolean;
}

/** Formats that are read from their beginning, without looking at the end first. */
export const STREAMED_KINDS = ['csv', 'ndjson'] as const;

/** Bytes that come from elsewhere than a file; the source's `path` is then what messages call them. */
export interface StreamedBytes {
  readonly kind: (typeof STREAMED_KINDS)[number];
  readonly bytes: AsyncIterable<Buffer>;
}

/** The format by extension. Refuses with `data_format`. */
export function formatOf(path: string): SourceFormat {
  const gzipped = extname(path).toLowerCase() === '.gz';
  const extension = extname(gzipped ? path.slice(0, -'.gz'.length) : path).toLowerCase();
  if (extension === '.csv') return { kind: 'csv', gzipped };
  if (extension === '.ndjson' || extension === '.jsonl') return { kind: 'ndjson', gzipped };
  if (extension === '.parquet' && !gzipped) return { kind: 'parquet', gzipped };
  throw new Refusal(
    'data_format',
    `${path}: extension ${extname(path) || '(none)'} names no format that is read here`,
    { path },
  );
}
