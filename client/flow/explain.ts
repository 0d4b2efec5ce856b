import type { Attribution, RowBatch, Scorer } from '../../shared/learning/family.ts';

/** The features behind the score of some rows of a batch, by their place in it. At most `top` a row. */
export async function explain(
  scorer: Scorer,
  { width, data }: RowBatch,
  places: readonly number[],
  top: number,
): Promise<ReadonlyMap<number, readonly Attribution[]>> {
  if (places.length === 0) return new Map();
  const chosen = new Float32Array(places.length * width);
  places.forEach((place, at) => {
    chosen.set(data.subarray(place * width, (place + 1) * width), at * width);
  });
  const reasons = await scorer.explain({ rows: places.length, width, data: chosen }, top);
  return new Map(places.map((place, at) => [place, reasons[at] ?? []]));
}
