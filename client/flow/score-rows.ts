import type { RowBatch, RowSource, Scorer } from '../../shared/learning/family.ts';

const BATCH_ROWS = 4096;

/** One score a row, in order. Memory: 4 bytes a row and a batch. */
export async function scoreSource(scorer: Scorer, rows: RowSource): Promise<Float32Array> {
  const scores = new Float32Array(rows.count);
  let at = 0;
  for await (const batch of rows.scan(BATCH_ROWS)) {
    scores.set(await scorer.score(batch), at);
    at += batch.rows;
  }
  return scores;
}

/** The same for rows in memory. */
export async function scoreBatch(scorer: Scorer, { rows, width, data }: RowBatch): Promise<Float32Array> {
  const scores = new Float32Array(rows);
  for (let first = 0; first < rows; first += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows - first);
    const part = { rows: count, width, data: data.subarray(first * width, (first + count) * width) };
    scores.set(await scorer.score(part), first);
  }
  return scores;
}
