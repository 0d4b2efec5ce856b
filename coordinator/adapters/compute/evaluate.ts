/** How well a model tells the canary set's known anomalies from its normal rows. */
import { createReadStream } from 'node:fs';
import { parse } from 'csv-parse';
import type { Federation } from '../../../shared/federation/schema.ts';
import type { RowBatch, Scorer } from '../../../shared/learning/family.ts';
import { auroc, averagePrecision } from '../../../shared/learning/metrics.ts';
import { encodeCell } from '../../../shared/learning/row-codec.ts';
import { Refusal } from '../../../shared/refusal.ts';
import type { CanaryResult } from '../../ports/compute.ts';

const BATCH_ROWS = 1024;
const MAX_RECORD_BYTES = 1024 * 1024;
const NORMAL = 'normal';

interface ScoredRows {
  readonly scores: number[];
  readonly labels: string[];
}

/**
 * Refuses `data_missing` without the file, `data_columns` without a feature or `label`, `data_cell` on a cell that
 * is no value of its feature, and `data_empty` unless there are normal rows and anomalies.
 */
export async function evaluateOnCanaries(
  federation: Federation,
  scorer: Scorer,
  canaryFile: string,
): Promise<CanaryResult> {
  const { scores, labels } = await scoreFile(federation, scorer, canaryFile);
  const anomalous = Uint8Array.from(labels, (label) => (label === NORMAL ? 0 : 1));
  const anomalies = anomalous.reduce((sum, one) => sum + one, 0);
  const normals = labels.length - anomalies;
  if (normals === 0 || anomalies === 0) {
    const message = `canary file has ${normals} normal rows and ${anomalies} anomalies, at least 1 of each is needed`;
    throw new Refusal('data_empty', message, { normals, anomalies });
  }
  const all = Float64Array.from(scores);
  return {
    auroc: auroc(all, anomalous),
    ap: averagePrecision(all, anomalous),
    normals,
    anomalies,
    families: aurocByLabel(scores, labels),
  };
}

function aurocByLabel(scores: readonly number[], labels: readonly string[]): Record<string, number> {
  const names = [...new Set(labels)].filter((label) => label !== NORMAL).sort();
  const entries = names.map((name) => {
    const rows = labels.flatMap((label, row) => (label === NORMAL || label === name ? [row] : []));
    const own = Float64Array.from(rows, (row) => scores[row] ?? 0);
    return [
      name,
      auroc(
        own,
        Uint8Array.from(rows, (row) => (labels[row] === name ? 1 : 0)),
      ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

async function scoreFile(federation: Federation, scorer: Scorer, canaryFile: string): Promise<ScoredRows> {
  const width = federation.features.length;
  const scored: ScoredRows = { scores: [], labels: [] };
  let cells: number[] = [];
  const flush = async () => {
    const batch: RowBatch = { rows: cells.length / width, width, data: Float32Array.from(cells) };
    cells = [];
    for (const score of await scorer.score(batch)) scored.scores.push(score);
  };
  for await (const { record, line } of records(federation, canaryFile)) {
    cells.push(...encodeRecord(federation, record, `${canaryFile}:${line}`));
    scored.labels.push(record.label ?? '');
    if (cells.length === BATCH_ROWS * width) await flush();
  }
  if (cells.length > 0) await flush();
  return scored;
}

interface CanaryRecord {
  readonly record: Readonly<Record<string, string>>;
  readonly line: number;
}

async function* records(federation: Federation, canaryFile: string): AsyncIterable<CanaryRecord> {
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
  const code = (error as { code?: unknown }).code;
  if (code === 'ENOENT') return new Refusal('data_missing', `there is no canary file ${file}`, { file });
  if (typeof code === 'string' && code.startsWith('CSV_')) {
    return new Refusal('data_format', `${file}: ${(error as Error).message}`, { file });
  }
  return error;
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
