/** A source as rows of numbers: what the row store, the incidents and scoring all read. */
import type { Feature } from '../../shared/federation/schema.ts';
import type { RowBatch } from '../../shared/learning/family.ts';
import { encodeCell } from '../../shared/learning/row-codec.ts';
import { Refusal } from '../../shared/refusal.ts';
import { extraColumns, requireColumns } from './checks/schema.ts';
import type { DataRecord } from './connectors/connector.ts';
import { openConnector } from './connectors/open.ts';
import type { Source, StreamedBytes } from './source.ts';

/** A record that could not become a row. */
export interface RowFinding {
  /** `file:line`; in Parquet the row number. */
  readonly at: string;
  readonly line: number;
  /** Absent when the record as a whole is unreadable. */
  readonly column?: string;
  readonly value?: string;
  readonly message: string;
}

export interface EncodedBatch {
  /** The rows that were read. */
  readonly batch: RowBatch;
  /** Line of each row. */
  readonly lines: readonly number[];
  /** The texts of the tag columns, for each row. */
  readonly tags: readonly (readonly string[])[];
  readonly findings: readonly RowFinding[];
  /** Records that `keep` left out, unread. */
  readonly leftOut: number;
}

export interface EncodedRows {
  /** Columns of the source that are neither features nor tags. */
  readonly extraColumns: readonly string[];
  readonly batches: AsyncIterable<EncodedBatch>;
}

export interface EncodeOptions {
  readonly source: Pick<Source, 'path' | 'header'> & { readonly stream?: StreamedBytes | undefined };
  readonly features: readonly Feature[];
  /** Columns kept as text beside the features, e.g. a label. */
  readonly tags?: readonly string[];
  /** Whether a record with these tags is read at all. Default: all are. */
  readonly keep?: (tags: readonly string[]) => boolean;
  /**
   * Whether a value outside its feature's declared range is a finding. Default true, for rows to learn from; an event
   * to be scored may lie anywhere, that is what it is scored for.
   */
  readonly ranges?: boolean;
}

/** Opens a source. Refuses with `data_missing`, `data_format`, `data_empty`, `data_columns`, `data_line_too_long`. */
export async function openEncodedRows(options: EncodeOptions): Promise<EncodedRows> {
  const names = options.features.map((feature) => feature.name);
  const wanted = [...names, ...(options.tags ?? [])];
  const connector = await openConnector(options.source, wanted);
  try {
    requireColumns(options.source.path, connector.columns, wanted);
  } catch (error) {
    await connector.close();
    throw error;
  }
  return {
    extraColumns: extraColumns(connector.columns, wanted),
    batches: encodeBatches(connector.records, options.ranges === false ? withoutRanges(options) : options),
  };
}

function withoutRanges(options: EncodeOptions): EncodeOptions {
  const features = options.features.map((feature) =>
    feature.type === 'numeric' ? { name: feature.name, type: feature.type } : feature,
  );
  return { ...options, features };
}

async function* encodeBatches(
  batches: AsyncIterable<readonly DataRecord[]>,
  options: EncodeOptions,
): AsyncGenerator<EncodedBatch> {
  for await (const records of batches) yield encodeBatch(records, options);
}

function encodeBatch(records: readonly DataRecord[], options: EncodeOptions): EncodedBatch {
  const { features, keep, source } = options;
  const width = features.length;
  const data = new Float32Array(records.length * width);
  const lines: number[] = [];
  const tags: (readonly string[])[] = [];
  const findings: RowFinding[] = [];
  let leftOut = 0;
  for (const record of records) {
    const at = `${source.path}:${record.line}`;
    if ('problem' in record) {
      findings.push({ at, line: record.line, message: `${at}: the record ${record.problem}` });
      continue;
    }
    const rowTags = record.cells.slice(width).map((text) => text ?? '');
    if (keep && !keep(rowTags)) {
      leftOut += 1;
      continue;
    }
    const finding = encodeRow(
      record,
      at,
      features,
      data.subarray(lines.length * width, (lines.length + 1) * width),
    );
    if (finding) {
      findings.push(finding);
      continue;
    }
    lines.push(record.line);
    tags.push(rowTags);
  }
  return {
    batch: { rows: lines.length, width, data: data.subarray(0, lines.length * width) },
    lines,
    tags,
    findings,
    leftOut,
  };
}

/** Fills one row; gives back the first cell that cannot be a number. */
function encodeRow(
  record: Extract<DataRecord, { cells: unknown }>,
  at: string,
  features: readonly Feature[],
  row: Float32Array,
): RowFinding | undefined {
  try {
    features.forEach((feature, place) => {
      const value = encodeCell(feature, record.cells[place] ?? '');
      // Adding 0 turns -0 into 0: equal rows have equal bytes.
      row[place] = value + 0;
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { feature, value } = error.facts;
    return {
      at,
      line: record.line,
      message: `${at}: ${error.message}`,
      ...(feature === undefined ? {} : { column: String(feature) }),
      ...(value === undefined ? {} : { value: String(value) }),
    };
  }
}
