/** The canary set: rows agreed by the consortium, normal ones and known anomalies, to judge models by. */
import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse';
import type { Federation } from '../../../shared/federation/schema.ts';
import type { RowBatch } from '../../../shared/learning/family.ts';
import { encodeCell } from '../../../shared/learning/row-codec.ts';
import { Refusal } from '../../../shared/refusal.ts';

const BATCH_ROWS = 1024;
const MAX_RECORD_BYTES = 1024 * 1024;
/** An optional column of the file, unless a feature has that name. */
const CONTRIBUTOR = 'contributor';
/** The label of a normal row; every other label names an anomaly. */
export const NORMAL = 'normal';

/** The canary rows in memory, with the label of each. There are normal rows and anomalies among them. */
export interface CanarySet {
  readonly batches: readonly RowBatch[];
  readonly labels: readonly string[];
  /** Whom the file names for each row, '' for nobody; absent when it has no such column. */
  readonly contributors?: readonly string[];
  /** SHA-256 of the file, hex; absent for rows that came from no file. */
  readonly digest?: string;
}

/** Parses canary files; keeps the last while it does not change on disk, because every gradient round asks for it. */
export class Canaries {
  #last: { readonly key: string; readonly set: CanarySet } | undefined;

  /**
   * Refuses `data_missing` without the file, `data_columns` without a feature or `label`, `data_cell` on a cell that
   * is no value of its feature or a label that is `normal` but for its case, `data_format` on broken CSV, and `data_empty` without normal rows or without anomalies.
   */
  async read(federation: Federation, canaryFile: string): Promise<CanarySet> {
    const stats = await stat(canaryFile).catch((error: unknown) => {
      throw namedError(error, canaryFile);
    });
    const key = JSON.stringify([canaryFile, stats.mtimeMs, stats.size, federation.features]);
    if (this.#last?.key === key) return this.#last.set;
    const set = await readCanaries(federation, canaryFile);
    this.#last = { key, set };
    return set;
  }
}

export function countAnomalies(labels: readonly string[]): number {
  return labels.filter((label) => label !== NORMAL).length;
}

async function readCanaries(federation: Federation, canaryFile: string): Promise<CanarySet> {
  const width = federation.features.length;
  const batches: RowBatch[] = [];
  const labels: string[] = [];
  const contributors: string[] = [];
  const named = !federation.features.some(({ name }) => name === CONTRIBUTOR);
  let cells: number[] = [];
  const closeBatch = () => {
    if (cells.length > 0) batches.push({ rows: cells.length / width, width, data: Float32Array.from(cells) });
    cells = [];
  };
  const hash = createHash('sha256');
  for await (const { record, line } of records(federation, canaryFile, hash)) {
    cells.push(...encodeRecord(federation, record, `${canaryFile}:${line}`));
    labels.push(labelOf(record, `${canaryFile}:${line}`));
    if (named && record[CONTRIBUTOR] !== undefined) contributors.push(record[CONTRIBUTOR].trim());
    if (cells.length === BATCH_ROWS * width) closeBatch();
  }
  closeBatch();
  const anomalies = countAnomalies(labels);
  const normals = labels.length - anomalies;
  if (normals > 0 && anomalies > 0) {
    const set = { batches, labels, digest: hash.digest('hex') };
    return contributors.length === 0 ? set : { ...set, contributors };
  }
  const message = `canary file has ${normals} normal rows and ${anomalies} anomalies, at least 1 of each is needed`;
  throw new Refusal('data_empty', message, { normals, anomalies });
}

function labelOf(record: CanaryRecord['record'], place: string): string {
  const label = (record.label ?? '').trim();
  if (label === NORMAL) return label;
  if (label === '')
    throw new Refusal('data_cell', `${place}: the label is empty, it must be ${NORMAL} or name an anomaly`);
  if (label.toLowerCase() === NORMAL)
    throw new Refusal('data_cell', `${place}: the label is ${label}; a normal row has ${NORMAL}`);
  return label;
}

interface CanaryRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly line: number;
}

/** Every byte that is read goes into `hash` too. */
async function* records(federation: Federation, canaryFile: string, hash: Hash): AsyncIterable<CanaryRecord> {
  const needed = [...federation.features.map((feature) => feature.name), 'label'];
  const parser = parse({
    bom: true,
    skip_empty_lines: true,
    max_record_size: MAX_RECORD_BYTES,
    info: true,
    columns: (header: string[]) => {
      const missing = needed.filter((name) => !header.includes(name));
      if (missing.length === 0) return header;
      throw new Refusal('data_columns', `${canaryFile}: columns missing: ${missing.join(', ')}`, {
        file: canaryFile,
      });
    },
  });
  const input = createReadStream(canaryFile);
  input.on('data', (chunk) => hash.update(chunk));
  input.on('error', (error) => parser.destroy(error));
  try {
    for await (const { record, info } of input.pipe(parser)) yield { record, line: info.lines };
  } catch (error) {
    throw namedError(error, canaryFile);
  } finally {
    input.destroy();
  }
}

function namedError(error: unknown, file: string): unknown {
  if ((error as { code?: unknown }).code === 'ENOENT')
    return new Refusal('data_missing', `there is no canary file ${file}`, { file });
  return error instanceof CsvError
    ? new Refusal('data_format', `${file}: ${error.message}`, { file })
    : error;
}

function encodeRecord(federation: Federation, record: CanaryRecord['record'], place: string): number[] {
  return federation.features.map((feature) => {
    try {
      return encodeCell(feature, record[feature.name] ?? '');
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      throw new Refusal(error.code, `${place}: ${error.message}`, error.facts);
    }
  });
}
