/** Scores a file as it streams past: memory holds a batch, whatever the size of the file. */
import type { Federation } from '../../shared/federation/schema.ts';
import type { Attribution, RowBatch, Scorer } from '../../shared/learning/family.ts';
import { type EncodedBatch, openEncodedRows, type RowFinding } from '../data/encoded-rows.ts';
import type { StreamedBytes } from '../data/source.ts';
import { explain } from './explain.ts';

/** Rows scored at once: enough that the algebra and not the call is what costs. */
const BATCH_ROWS = 2048;

export interface ScoredRow {
  /** Number of the record in the file, from 1, unreadable ones included. */
  readonly row: number;
  readonly line: number;
  readonly score: number;
  readonly alert: boolean;
  /** The features behind an alert, strongest first. */
  readonly why?: readonly Attribution[];
}

export interface ScoredBatch {
  readonly rows: readonly ScoredRow[];
  /** Records that are no rows, and so have no score. */
  readonly unreadable: readonly RowFinding[];
}

export interface ScoreJob {
  /** Of the file; of a stream, what messages call it. */
  readonly path: string;
  /** Read instead of the file. What has arrived is scored at once, however little. */
  readonly stream?: StreamedBytes | undefined;
  readonly federation: Federation;
  readonly scorer: Scorer;
  /** A row alerts when its score is above it. */
  readonly threshold: number;
  /** Features named for each alert. */
  readonly top: number;
}

/** Refuses `data_missing`, `data_format`, `data_empty`, `data_columns`, `data_line_too_long`. */
export async function* scoreFile(job: ScoreJob): AsyncGenerator<ScoredBatch, void> {
  const { path, stream, federation } = job;
  const source = { path, stream, header: true };
  const opened = await openEncodedRows({ source, features: federation.features, ranges: false });
  for await (const gathered of gather(opened.batches, stream ? 1 : BATCH_ROWS))
    yield await scoreGathered(job, gathered);
}

interface Place {
  readonly row: number;
  readonly line: number;
}

interface Gathered {
  readonly batch: RowBatch;
  readonly places: readonly Place[];
  readonly unreadable: readonly RowFinding[];
}

async function scoreGathered(job: ScoreJob, { batch, places, unreadable }: Gathered): Promise<ScoredBatch> {
  const { scorer, threshold, top } = job;
  const scores = batch.rows > 0 ? await scorer.score(batch) : new Float32Array();
  const alerting = places.flatMap((_, at) => ((scores[at] ?? 0) > threshold ? [at] : []));
  const reasons = await explain(scorer, batch, alerting, top);
  const rows = places.map((place, at) => {
    const why = reasons.get(at);
    return { ...place, score: scores[at] ?? Number.NaN, alert: why !== undefined, ...(why ? { why } : {}) };
  });
  return { rows, unreadable };
}

/** Joins the small batches that connectors deliver into ones worth scoring, of `leastRows` where there are so many. */
async function* gather(
  batches: AsyncIterable<EncodedBatch>,
  leastRows: number,
): AsyncGenerator<Gathered, void> {
  let parts: EncodedBatch[] = [];
  let places: Place[] = [];
  let records = 0;
  for await (const part of batches) {
    parts.push(part);
    places.push(...placesOf(part, records));
    records += part.lines.length + part.findings.length;
    if (places.length < leastRows) continue;
    yield joined(parts, places);
    parts = [];
    places = [];
  }
  if (parts.length > 0) yield joined(parts, places);
}

/** Rows and unreadable records share one numbering, in the order of their lines. */
function placesOf({ lines, findings }: EncodedBatch, before: number): Place[] {
  let unreadable = 0;
  return lines.map((line, at) => {
    while ((findings[unreadable]?.line ?? Number.POSITIVE_INFINITY) < line) unreadable += 1;
    return { row: before + at + unreadable + 1, line };
  });
}

function joined(parts: readonly EncodedBatch[], places: readonly Place[]): Gathered {
  const width = parts[0]?.batch.width ?? 0;
  const data = new Float32Array(places.length * width);
  let offset = 0;
  for (const { batch } of parts) {
    data.set(batch.data, offset);
    offset += batch.data.length;
  }
  return {
    batch: { rows: places.length, width, data },
    places,
    unreadable: parts.flatMap(({ findings }) => findings),
  };
}
